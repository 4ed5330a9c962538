import Foundation
import RoostCore
import Testing

@testable import ModelFormats

@Suite struct SentenceModulesTests {
    private static func modules(_ kinds: String...) -> Data {
        Data(
            "[\(kinds.enumerated().map { #"{"idx":\#($0),"path":"\#($0)_\#($1)","type":"sentence_transformers.models.\#($1)"}"# }.joined(separator: ","))]"
                .utf8)
    }

    @Test func `the pooling's configuration is found`() throws {
        #expect(try SentenceModules(parsing: Self.modules("Transformer", "Pooling", "Normalize")).poolingConfiguration == "1_Pooling/config.json")
        #expect(try SentenceModules(parsing: Self.modules("Transformer")).poolingConfiguration == nil)
    }

    @Test(arguments: ["Dense", "LayerNorm", "CNN", "WeightedLayerPooling"]) func `a module that the engine would leave out is refused`(_ kind: String)
        throws
    {
        let error = try #require(throws: RoostError.self) { _ = try SentenceModules(parsing: Self.modules("Transformer", "Pooling", kind)) }
        #expect(error.code == .unsupportedModel && error.message.contains(kind) && error.message.contains("modules.json"))
    }

    @Test func `a folder elsewhere, and what is no list of modules, are refused`() {
        for text in [#"[{"type":"x.Pooling","path":"../1_Pooling"}]"#, "{"] {
            #expect(throws: RoostError.self) { try SentenceModules(parsing: Data(text.utf8)) }
        }
    }

    @Test func `several ways of pooling at once are refused`() throws {
        let both = #"{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":true,"pooling_mode_max_tokens":false}"#
        let error = try #require(throws: RoostError.self) { _ = try PoolingMode(parsing: Data(both.utf8)) }
        #expect(error.message.contains("pooling_mode_cls_token, pooling_mode_mean_tokens"))
        #expect(try PoolingMode(parsing: Data(#"{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}"#.utf8)) == .firstToken)
    }
}
