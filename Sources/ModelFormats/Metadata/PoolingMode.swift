public import Foundation
import RoostCore

/// The way in which the vectors of a text's tokens are combined into one vector, with llama.cpp's numbers.
public enum PoolingMode: UInt32, Sendable {
    case mean = 1
    case firstToken = 2
    case lastToken = 3

    /// Parses the configuration of sentence-transformers' pooling, such as `1_Pooling/config.json`.
    ///
    /// - Parameter json: The file's bytes.
    /// - Throws: `RoostError` if llama.cpp does not support the pooling.
    public init(parsing json: Data) throws {
        let values = try ConfigValue.members(of: json, name: "config.json of the pooling")
        let modes = values.filter { $0.key.hasPrefix("pooling_mode_") && $0.value == true }.keys.sorted()
        guard modes.count <= 1 else {
            throw RoostError(
                .unsupportedModel,
                "The model pools its tokens in several ways at once (\(modes.joined(separator: ", "))), but llama.cpp supports only one. Its vectors would be wrong, so it is "
                    + "not converted.")
        }
        if values["pooling_mode_mean_tokens"] == true || values["pooling_mode"]?.string == "mean" {
            self = .mean
        } else if values["pooling_mode_cls_token"] == true || values["pooling_mode"]?.string == "cls" {
            self = .firstToken
        } else if values["pooling_mode_lasttoken"] == true || values["pooling_mode"]?.string == "lasttoken" {
            self = .lastToken
        } else {
            throw RoostError(
                .unsupportedModel, "The model pools its tokens in a way that llama.cpp cannot: only mean, first and last token are supported.")
        }
    }
}
