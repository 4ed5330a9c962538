public import ModelFormats
public import RoostCore
public import SystemPackage

/// What making models needs from the rest of the house.
public struct ConversionSettings: Sendable {
    /// Where models go.
    public var models: ConvertedModels
    /// Finds the library that quantises, anew each time: one that is installed while the server runs is found.
    public var locateLibrary: @Sendable () throws -> FilePath
    /// Beyond how many bytes of weights `auto` quantises.
    public var threshold: Int64
    /// Parts of tensors that are converted at once, 1 or more.
    public var workers: Int

    /// Makes settings.
    ///
    /// - Parameters:
    ///   - models: Where models go.
    ///   - locateLibrary: Finds the library that quantises.
    ///   - threshold: Beyond how many bytes of weights `auto` quantises.
    ///   - workers: Parts of tensors that are converted at once.
    public init(
        models: ConvertedModels, locateLibrary: @escaping @Sendable () throws -> FilePath, threshold: Int64 = QuantizationDecision.defaultThreshold,
        workers: Int
    ) {
        self.models = models
        self.locateLibrary = locateLibrary
        self.threshold = threshold
        self.workers = workers
    }
}
