import Engines
import Foundation
import ModelFormats
import RoostCore

/// The images and sounds of a request, counted while they are validated.
///
/// They come with the request, as data: an engine has no network, and Roost fetches no addresses for clients, which could
/// reach machines that the clients cannot. An engine decodes what it gets, so the decoded size is limited too.
struct RequestMedia: Sendable {
    /// The most images and sounds of one request.
    private static let most = 16
    /// The most bytes of all images of a request.
    private static let mostImageBytes = 20 << 20
    /// How much longer than the other side one side of an image may be. Engines enlarge the short side of a sliver until it is a
    /// few patches wide, and the long one with it.
    private static let mostRatio = 200
    /// The most bytes of all sounds of a request.
    private static let mostSoundBytes = 4 << 20
    /// The most minutes of all sounds of a request. The engine needs 4 MB for each: floats, 16,000 in a second.
    private static let mostMinutes = 30
    /// The shortest sound in seconds: an engine ends when it gets one of a few samples.
    private static let shortestSound = 0.1

    /// The name of the field with the first image; `nil` without one.
    private(set) var firstImage: String?
    /// The name of the field with the first sound; `nil` without one.
    private(set) var firstSound: String?
    /// The number of images and sounds.
    private(set) var count = 0
    /// The bytes of the images and sounds in the body.
    private(set) var encodedBytes = 0
    private var imageBytes = 0
    private var soundBytes = 0
    private var seconds = 0.0
    private var pixels: Int64 = 0

    /// Validates a part `{"type":"image_url","image_url":{"url":"data:image/png;base64,…"}}`.
    ///
    /// - Parameters:
    ///   - part: The part; untrusted.
    ///   - name: Its name in messages, such as `messages[0].content[1]`.
    /// - Returns: The image as a data: URL that needs no escapes.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    mutating func image(_ part: JSONValue, _ name: String) throws -> [UInt8] {
        let field = "\(name).image_url.url"
        guard let url = part["image_url"]?["url"]?.text?.bytes else { throw Self.wrong(field, "is missing; it must be \(Self.example).") }
        guard url.starts(with: "data:".utf8) else {
            throw Self.wrong(
                field,
                "must be \(Self.example): engines have no network, and Roost fetches no addresses for clients. Send the image itself, in base64.")
        }
        guard let comma = url.prefix(64).firstIndex(of: UInt8(ascii: ",")), url.starts(with: "data:image/".utf8),
            String(decoding: url[..<comma], as: UTF8.self).hasSuffix(";base64")
        else { throw Self.wrong(field, "must be \(Self.example).") }
        return try image(base64: url[(comma + 1)...], name, field: field)
    }

    /// Validates an image in base64.
    ///
    /// - Parameters:
    ///   - base64: The image; untrusted.
    ///   - name: The name of its part in messages, such as `messages[0].content[1]`.
    ///   - field: The name of the field with the base64.
    /// - Returns: The image as a data: URL that needs no escapes.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    mutating func image(base64: ArraySlice<UInt8>, _ name: String, field: String) throws -> [UInt8] {
        let file = try decoded(base64, field)
        guard let image = ImageHead(file) else {
            let formats = ImageHead.Format.allCases.map { $0.rawValue.uppercased() }.joined(separator: ", ")
            throw Self.wrong(field, "contains no image in a format that engines decode: \(formats).")
        }
        imageBytes += file.count
        pixels += image.pixels
        guard imageBytes <= Self.mostImageBytes else {
            throw Self.wrong(field, "is too large: all images of a request may have \(ByteCount(Int64(Self.mostImageBytes))). Make them smaller.")
        }
        guard pixels <= EngineCompanions.mostPixels else {
            throw Self.wrong(
                field,
                "is too large: all images of a request may have \(EngineCompanions.mostPixels / 1_000_000) million pixels, and this one has \(image.width) × \(image.height). Make them smaller."
            )
        }
        guard max(image.width, image.height) <= Self.mostRatio * min(image.width, image.height) else {
            throw Self.wrong(
                field,
                "has \(image.width) × \(image.height) pixels; one side may be at most \(Self.mostRatio) times as long as the other. Cut the image into parts."
            )
        }
        guard image.format != .jpeg || JPEGScans.count(file) <= JPEGScans.most else {
            throw Self.wrong(field, "is a JPEG with more than \(JPEGScans.most) scans. Save the image again.")
        }
        guard image.format != .png || PNGPixels.fit(file) else {
            throw Self.wrong(field, "is a damaged PNG: its data is not that of \(image.width) × \(image.height) pixels. Save the image again.")
        }
        firstImage = firstImage ?? name
        try note(name, base64)
        return Array("data:image/\(image.format.rawValue);base64,".utf8) + base64
    }

    /// Validates a part `{"type":"input_audio","input_audio":{"data":"…","format":"wav"}}`.
    ///
    /// - Parameters:
    ///   - part: The part; untrusted.
    ///   - name: Its name in messages, such as `messages[0].content[1]`.
    /// - Returns: The sound as a data: URL that needs no escapes. Without the prefix, an engine takes base64 that begins
    ///   with `http` for an address.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    mutating func sound(_ part: JSONValue, _ name: String) throws -> [UInt8] {
        let field = "\(name).input_audio.data"
        guard let base64 = part["input_audio"]?["data"]?.text?.bytes else { throw Self.wrong(field, "is missing; it must be a sound in base64.") }
        let file = try decoded(base64[...], field)
        guard let sound = SoundHead(file) else {
            throw Self.wrong(
                field,
                "contains no sound in a format that engines decode: WAV (whole numbers or floats, 8 to 192 kHz, with its true length) or MP3.")
        }
        soundBytes += file.count
        seconds += sound.seconds.upperBound
        guard soundBytes <= Self.mostSoundBytes else {
            throw Self.wrong(field, "is too large: all sounds of a request may have \(ByteCount(Int64(Self.mostSoundBytes))). Make them shorter.")
        }
        guard seconds <= Double(Self.mostMinutes * 60) else {
            throw Self.wrong(field, "is too long: all sounds of a request may last \(Self.mostMinutes) minutes. Make them shorter.")
        }
        guard sound.seconds.lowerBound >= Self.shortestSound else {
            throw Self.wrong(field, "is too short: a sound must last a tenth of a second.")
        }
        firstSound = firstSound ?? name
        try note(name, base64[...])
        return Array("data:audio/\(sound.format.rawValue);base64,".utf8) + base64
    }

    /// Refuses images and sounds for a model that has no projector, before it is loaded.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    func check(_ model: ModelReference, hasProjector: Bool) throws {
        guard let field = firstImage ?? firstSound, !hasProjector else { return }
        throw Self.wrong(
            "\(field).type",
            "must be text for \(model), which has no projector (mmproj file) here. If its repository has one, `roost pull \(model)` fetches it; otherwise ask a model that has one."
        )
    }

    /// Refuses images for a model that only hears, sounds for one that only sees, and both for one whose projector came after
    /// it was loaded.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    func check(_ companions: EngineCompanions, of model: ModelReference) throws {
        if let field = firstImage ?? firstSound, companions.projector == nil {
            throw Self.wrong(
                "\(field).type",
                "must be text for \(model), which is in memory without its projector. `roost unload \(model)` ends that; the next request loads both."
            )
        }
        if let firstImage, !companions.seesImages { throw Self.wrong("\(firstImage).type", "must not be an image for \(model), which reads none.") }
        if let firstSound, !companions.hearsSounds { throw Self.wrong("\(firstSound).type", "must not be a sound for \(model), which hears none.") }
    }

    private static let example = "a data: URL such as \"data:image/png;base64,…\""

    private mutating func note(_ name: String, _ base64: ArraySlice<UInt8>) throws {
        count += 1
        encodedBytes += base64.count
        guard count <= Self.most else { throw Self.wrong(name, "is one too many: a request may have \(Self.most) images and sounds.") }
    }

    private func decoded(_ base64: ArraySlice<UInt8>, _ field: String) throws -> [UInt8] {
        guard let data = Data(base64Encoded: Data(base64)), !data.isEmpty else {
            throw Self.wrong(field, "must be base64 without spaces or line ends, padded with `=`.")
        }
        return Array(data)
    }

    private static func wrong(_ field: String, _ what: String) -> RoostError { RoostError(.invalidRequest, "`\(field)` \(what)", field: field) }
}
