import Engines
import Foundation
import ModelFormats
import NIOCore
import RoostCore
import TestSupport
import Testing

@testable import RoostServer

/// Images and sounds of requests: what engines get, and what is refused.
@Suite struct RequestMediaTests {
    private func request(_ parts: [String]) throws -> EngineRequest {
        let body = #"{"model":"a/b","messages":[{"role":"user","content":[\#(parts.joined(separator: ","))]}]}"#
        return try EngineRequest(completions: RequestFields(body: ByteBuffer(string: body)))
    }

    private func refusal(_ parts: String...) throws -> RoostError {
        let error = try #require(throws: RoostError.self) { try request(parts) }
        #expect(error.code == .invalidRequest)
        return error
    }

    private func image(_ bytes: [UInt8], type: String = "png", more: String = "") -> String {
        #"{"type":"image_url","image_url":{"url":"data:image/\#(type);base64,\#(Data(bytes).base64EncodedString())"\#(more)}}"#
    }

    private func sound(_ bytes: [UInt8], format: String = "wav") -> String {
        #"{"type":"input_audio","input_audio":{"data":"\#(Data(bytes).base64EncodedString())","format":"\#(format)"}}"#
    }

    private let wave = SoundHeadTests.wave()
    private let small = ImageHeadTests.png(32, 32)

    private var model: ModelReference { get throws { try ModelReference(parsing: "a/b:Q4_0") } }

    @Test func `an engine gets images and sounds as data in base64, with the type that they have, and nothing else`() throws {
        let base64 = Data(small).base64EncodedString()
        let heard = Data(wave).base64EncodedString()
        let asked = try request([
            #"{"type":"text","text":"What?"}"#, image(small, type: "jpeg", more: #","detail":"high","evil":1"#), sound(wave, format: "mp3"),
        ])
        #expect(
            String(buffer: asked.body)
                == #"{"messages":[{"role":"user","content":[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(base64)"}},{"type":"input_audio","input_audio":{"data":"data:audio/wav;base64,\#(heard)"}}]}]}"#
        )
        #expect(asked.media.count == 2 && asked.media.encodedBytes == base64.utf8.count + heard.utf8.count)
        #expect(asked.media.firstImage == "messages[0].content[1]" && asked.media.firstSound == "messages[0].content[2]")
    }

    @Test(arguments: ["http://169.254.169.254/", "https://example.com/cat.png", "file:///etc/passwd", "ftp://x", "HTTP://x", "//x/y", ""])
    func `no address is fetched, and the refusal says what to send`(url: String) throws {
        let error = try refusal(#"{"type":"text","text":"x"}"#, #"{"type":"image_url","image_url":{"url":"\#(url)"}}"#)
        #expect(error.field == "messages[0].content[1].image_url.url")
        #expect(error.message.contains("fetches no addresses") && error.message.contains("data:image/png;base64"), "\(error.message)")
    }

    @Test(arguments: [
        #"{"type":"image_url"}"#, #"{"type":"image_url","image_url":7}"#, #"{"type":"image_url","image_url":{"url":7}}"#,
        #"{"type":"image_url","image_url":{"url":"data:image/png;base64"}}"#, #"{"type":"image_url","image_url":{"url":"data:image/png,AAAA"}}"#,
        #"{"type":"image_url","image_url":{"url":"data:text/html;base64,AAAA"}}"#,
        #"{"type":"image_url","image_url":{"url":"data:image/png;base64,"}}"#,
        #"{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}"#,
        #"{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO Rw0K"}}"#,
        #"{"type":"image_url","image_url":{"url":"data:image/\",x;base64,AAAA"}}"#,
    ]) func `what is no image in base64 is refused by its field`(part: String) throws {
        #expect(try refusal(part).field == "messages[0].content[0].image_url.url")
    }

    @Test func `WebP, which an engine cannot decode, is refused with the formats that it can`() throws {
        let error = try refusal(image(Array("RIFF\u{10}\u{0}\u{0}\u{0}WEBPVP8 ".utf8), type: "webp"))
        #expect(error.message.contains("PNG, JPEG, GIF, BMP"), "\(error.message)")
    }

    @Test(arguments: [
        #"{"type":"input_audio"}"#, #"{"type":"input_audio","input_audio":{"data":"AAAA"}}"#,
        #"{"type":"input_audio","input_audio":{"data":"httpAAAA"}}"#,
    ])
    func `what is no sound in base64 is refused by its field`(part: String) throws {
        #expect(try refusal(part).field == "messages[0].content[0].input_audio.data")
    }

    @Test(arguments: ["file", "input_video", "video_url", "refusal"]) func `other parts are refused by their type`(type: String) throws {
        #expect(try refusal(#"{"type":"\#(type)","\#(type)":{}}"#).field == "messages[0].content[0].type")
    }

    @Test func `number, bytes and pixels of a request are bounded, all its parts together`() throws {
        #expect(try request(Array(repeating: image(small), count: 16)).media.count == 16)
        #expect(try refusal(Array(repeating: image(small), count: 17).joined(separator: ",")).field == "messages[0].content[16]")
        // Small files with any number of pixels.
        #expect(try request([image(ImageHeadTests.png(5000, 5000))]).media.count == 1)
        let bomb = try refusal(image(ImageHeadTests.png(16_000_000, 16_000_000)))
        #expect(bomb.message.contains("25 million pixels") && bomb.message.contains("16000000 × 16000000"), "\(bomb.message)")
        #expect(
            try refusal(image(ImageHeadTests.png(5000, 4000)), image(ImageHeadTests.png(5000, 1001))).field?.hasPrefix("messages[0].content[1]")
                == true)
        let large = small + [0, 0, 0, 0] + ImageHeadTests.big(11 << 20, 4) + Array("zeRo".utf8) + Array(repeating: 0, count: 11 << 20)
        #expect(try refusal(image(large), image(large)).message.contains("all images of a request may have"))
        let long = SoundHeadTests.wave(samples: 3 << 19)
        #expect(try refusal(sound(long), sound(long)).message.contains("all sounds of a request may have"))
    }

    @Test func `slivers, and JPEG files with very many scans, are refused`() throws {
        let sliver = try refusal(image(ImageHeadTests.png(20_100, 100)))
        #expect(sliver.message.contains("20100 × 100 pixels; one side may be at most 200 times as long"), "\(sliver.message)")
        let scan: [UInt8] = [0xFF, 0xDA, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3F, 0x00]
        // A picture in the metadata has scans of its own, and pixels contain the byte FF.
        let head: [UInt8] = [
            0xFF, 0xD8, 0xFF, 0xE1, 0x00, 0x0A, 0xFF, 0xDA, 0xFF, 0xDA, 0xFF, 0xDA, 0xFF, 0xDA, 0xFF, 0xC2, 0x00, 0x08, 8, 0, 32, 0, 32, 1,
        ]
        func jpeg(_ scans: Int) -> [UInt8] { head + (0..<scans).flatMap { _ in scan + [0xFF, 0x00, 0x12, 0xFF, 0xD0, 0x34] } + [0xFF, 0xD9] }
        #expect(JPEGScans.count(jpeg(3)) == 3)
        _ = try request([image(jpeg(32), type: "jpeg")])
        #expect(try refusal(image(jpeg(33), type: "jpeg")).message.contains("a JPEG with more than 32 scans"))
        for length in 0..<head.count { _ = JPEGScans.count(Array(jpeg(1).prefix(length))) }
    }

    @Test func `a PNG whose pixels unpack to more than its size needs is refused`() throws {
        let data = InflatedSizeTests.zeros(4000)
        let bomb = small + [0, 0, 0, 0] + ImageHeadTests.big(data.count, 4) + Array("IDAT".utf8) + data + [0, 0, 0, 0]
        let error = try refusal(image(bomb))
        #expect(error.field == "messages[0].content[0].image_url.url" && error.message.contains("32 × 32"), "\(error.message)")
    }

    @Test func `the length of sounds is bounded, also the one that an encoder declares, and one of a few samples is refused`() throws {
        for samples in [0, 1, 1599] { #expect(try refusal(sound(SoundHeadTests.wave(samples: samples))).message.contains("too short")) }
        #expect(try request([sound(SoundHeadTests.wave(samples: 1600))]).media.count == 1)
        // A megabyte at 8 kbit/s: 1008 seconds.
        let header: [UInt8] = [0xFF, 0xE3, 0x18, 0xC4]
        let frame = header + Array(repeating: 0, count: 68)
        let quarter = Array(repeatElement(frame, count: 14_000).joined())
        #expect(try request([sound(quarter, format: "mp3")]).media.count == 1)
        #expect(try refusal(sound(quarter), sound(quarter)).message.contains("30 minutes"))
    }

    @Test func `a model without a projector gets none, with the way to get one`() throws {
        let looks = try request([image(small)])
        let error = try #require(throws: RoostError.self) { try looks.media.check(model, hasProjector: false) }
        #expect(error.code == .invalidRequest && error.field == "messages[0].content[0].type" && error.message.contains("roost pull a/b:Q4_0"))
        try looks.media.check(model, hasProjector: true)
        try request([#"{"type":"text","text":"x"}"#]).media.check(model, hasProjector: false)
    }

    @Test func `an engine that only sees hears nothing, and one without eyes sees nothing`() throws {
        let file = TestEnvironment.testFile("../Fixtures/vision/mmproj-F16.gguf")
        var facts = ModelFacts()
        let blind = EnginePlan(facts, wantedContext: 512, availableMemory: 1 << 34)
        facts.companions.projector = .init(file: file, shape: try ProjectorShape(GGUFFile(opening: file), name: "mmproj-F16.gguf"))
        let sees = EnginePlan(facts, wantedContext: 512, availableMemory: 1 << 34)
        let reference = try model
        func field(_ part: String, _ plan: EnginePlan) throws -> String? {
            do {
                try request([part]).check(against: plan, of: reference)
                return nil
            } catch { return (error as? RoostError)?.field }
        }
        #expect(try field(image(small), sees) == nil && field(image(small), blind) == "messages[0].content[0].type")
        #expect(try field(sound(wave), sees) == "messages[0].content[0].type")
    }

    @Test func `an image counts as one in the queue, not as the text that it is in the body`() throws {
        let tokens = try request([image(small + Array(repeating: 7, count: 1 << 20))]).lease.tokens
        #expect((512..<1024).contains(tokens - 256), "\(tokens)")
    }
}
