import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import HubClient

@Suite struct HubConfigurationTests {
    @Test(arguments: [
        (["HOME": "/h"], "/h/.cache/huggingface/hub"),
        (["HOME": "/h", "XDG_CACHE_HOME": "/x"], "/x/huggingface/hub"),
        (["HOME": "/h", "XDG_CACHE_HOME": "/x", "HF_HOME": "~/hf"], "/h/hf/hub"),
        (["HF_HOME": "/hf", "HF_HUB_CACHE": "/cache"], "/cache"),
        (["HF_HOME": "/hf", "HUGGINGFACE_HUB_CACHE": "/old"], "/old"),
        (["HF_HOME": "/hf", "HF_HUB_CACHE": "/new", "HUGGINGFACE_HUB_CACHE": "/old"], "/new"),
        (["HOME": "/h", "HF_HOME": ""], "/h/.cache/huggingface/hub"),
    ])
    func cacheFollowsTheVariablesOfHuggingFaceTools(environment: [String: String], expected: String) throws {
        let configuration = try HubConfiguration(environment: environment)
        #expect(configuration.cacheDirectory.string == expected)
        #expect(configuration.endpoint == .huggingFace)
        #expect(configuration.token == nil)
    }

    @Test func aMissingHomeIsSaidAndNotGuessed() throws {
        let error = try #require(throws: RoostError.self) { try HubConfiguration(environment: [:]) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains("HF_HOME"))
    }

    @Test func tokenComesFromVariableBeforeFile() throws {
        let directory = try TemporaryDirectory()
        try directory.write("token", "hf_file\n".utf8)
        let home = directory.path.string
        #expect(try HubConfiguration(environment: ["HF_HOME": home]).token?.value == "hf_file")
        #expect(try HubConfiguration(environment: ["HF_HOME": home, "HF_TOKEN": "  "]).token?.value == "hf_file")
        #expect(
            try HubConfiguration(environment: ["HF_HOME": home, "HF_TOKEN": "hf_new\r\n", "HUGGING_FACE_HUB_TOKEN": "hf_old"]).token?.value
                == "hf_new")
        #expect(try HubConfiguration(environment: ["HF_HOME": home, "HUGGING_FACE_HUB_TOKEN": "hf_old"]).token?.value == "hf_old")
        let elsewhere = try directory.write("other", "hf_other".utf8)
        #expect(try HubConfiguration(environment: ["HF_HOME": home, "HF_TOKEN_PATH": elsewhere.string]).token?.value == "hf_other")
        #expect(try HubConfiguration(environment: ["HF_HOME": home, "HF_TOKEN_PATH": "/nonexistent/token"]).token == nil)
    }

    @Test func anImpossibleTokenIsRefusedWithoutBeingShown() throws {
        let error = try #require(throws: RoostError.self) { try HubConfiguration(environment: ["HF_HOME": "/hf", "HF_TOKEN": "hf_\u{7}secret"]) }
        #expect(error.field == "HF_TOKEN")
        #expect(!error.traceback.contains("secret"))
    }

    @Test(arguments: [
        ("https://huggingface.co/", "https://huggingface.co", "https://huggingface.co"),
        ("http://127.0.0.1:8101/prefix//", "http://127.0.0.1:8101/prefix", "http://127.0.0.1:8101"),
        ("HTTPS://Hub.Example:443", "HTTPS://Hub.Example:443", "https://hub.example"),
        ("http://[::1]:8006", "http://[::1]:8006", "http://[::1]:8006"),
    ])
    func endpointKeepsItsPathAndKnowsItsOrigin(text: String, base: String, origin: String) throws {
        let endpoint = try HubEndpoint(parsing: text)
        #expect(endpoint.description == base)
        #expect(endpoint.origin.description == origin)
    }

    @Test func originsDifferByPortAndScheme() throws {
        let origins = try ["http://h", "https://h", "http://h:443", "http://h2", "http://h:81"].map { try HubEndpoint(parsing: $0).origin }
        #expect(Set(origins).count == 5)
        #expect(try HubEndpoint(parsing: "http://H:80").origin == origins[0])
    }

    @Test(arguments: [
        "huggingface.co", "ftp://h", "file:///etc", "http://", "http://user:pw-secret@h", "http://h?x=1", "http://h#f", "http://h\\@evil",
        "http://h/\u{e9}",
        "http://h:99999", "http://h h",
    ])
    func unusableEndpointsAreRefusedWithoutBeingShown(text: String) throws {
        let error = try #require(throws: RoostError.self) { try HubConfiguration(environment: ["HF_HOME": "/hf", "HF_ENDPOINT": text]) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.field == "HF_ENDPOINT")
        #expect(!error.traceback.contains("pw-secret"))
    }
}
