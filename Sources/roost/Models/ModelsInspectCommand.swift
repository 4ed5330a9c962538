import ArgumentParser
import Foundation
import ModelFormats
import ModelLibrary
import RoostCore
import SystemPackage

/// `roost models inspect`.
struct ModelsInspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show the content of a model's file: metadata, tensors, quantisation, context, template, memory.",
        discussion: """
            Takes a GGUF or safetensors file, a folder with a repository's files, or a MODEL of this machine; an existing file or folder has precedence over a \
            model of the same name. Reads heads and headers only and needs no server. Exits 1 when a file breaks its format's rules.
            """)

    @Argument(help: "A path, or org/name[:QUANT or :FILE].")
    var model: String
    @Flag(help: "List all tensors.")
    var tensors = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        switch try target() {
        case .model(let files):
            let inspection = try ModelInspection(opening: files)
            if json { try JSONOutput.print(inspection) } else { Terminal.print(inspection.text(withTensors: tensors)) }
        case .checkpoint(let inspection):
            if json { try JSONOutput.print(inspection) } else { Terminal.print(inspection.text(withTensors: tensors)) }
        }
    }

    private enum Target {
        case model([FilePath])
        case checkpoint(CheckpointInspection)
    }

    private func target() throws -> Target {
        let path = FilePath(URL(fileURLWithPath: model).path)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder) {
            if isFolder.boolValue { return .checkpoint(try CheckpointInspection(folder: path)) }
            return path.extension == "safetensors" ? .checkpoint(try CheckpointInspection(file: path)) : .model([path])
        }
        // A model's name may contain a file name, but then has a colon before it.
        guard !model.hasPrefix("/"), !model.hasPrefix("."), model.contains(":") || !["gguf", "safetensors"].contains(path.extension) else {
            throw RoostError(.notFound, "There is no file \(model.quotedForPeople).")
        }
        let reference = try ModelReference(parsing: model)
        let offline = try OfflineModels(environment: ProcessInfo.processInfo.environment)
        do {
            return .model(try offline.files(of: reference))
        } catch let error as RoostError where error.code == .modelNotFound && reference.variant == nil {
            // The repository has weights that are not converted yet.
            guard let folder = try offline.snapshots(of: ModelSelector(repository: reference.repository)).first else { throw error }
            return .checkpoint(try CheckpointInspection(folder: folder))
        }
    }
}
