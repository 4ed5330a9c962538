import Foundation
import TestSupport

/// A disk that is told what a process did, and that can tell what is left of it after a power cut.
///
/// Bytes: whatever no fsync has covered may be lost, torn into sectors, in any order. Names (files made, renamed, removed): they reach the disk in
/// the order they were made, as in a file system with a journal; an fsync of the folder makes sure of them, and one of a new file of its name.
struct SimulatedDisk {
    private enum Naming {
        case make(path: String, file: Int)
        case link(path: String, file: Int)
        case remove(path: String)
        case rename(from: String, to: String)

        var paths: [String] {
            switch self {
            case .make(let path, _), .link(let path, _), .remove(let path): [path]
            case .rename(let from, let to): [from, to]
            }
        }
    }

    private enum Target {
        case file(Int)
        case folder(String)
    }

    private var files: [SimulatedFile] = []
    private var targets: [Int32: Target] = [:]
    private var safeNames: [String: Int] = [:]
    private var names: [String: Int] = [:]
    private var pending: [Naming] = []
    private var generator: SeededGenerator

    /// - Parameters:
    ///   - content: What is on the disk before, by path.
    ///   - seed: Decides what becomes of the pages of a failed fsync.
    init(_ content: [String: Data] = [:], seed: UInt64 = 0) {
        generator = SeededGenerator(seed: seed)
        for (path, bytes) in content.sorted(by: { $0.key < $1.key }) {
            names[path] = files.count
            files.append(SimulatedFile(bytes))
        }
        safeNames = names
    }

    /// Does what a process did.
    mutating func apply(_ record: PowerLog.Record) {
        switch record {
        case .open(let descriptor, let path, let isFolder): targets[descriptor] = isFolder ? .folder(path) : .file(file(named: path))
        case .write(let descriptor, let offset, let bytes): withFile(descriptor) { $0.write(bytes, at: offset) }
        case .truncate(let descriptor, let length): withFile(descriptor) { $0.truncate(to: length) }
        case .sync(let descriptor): sync(descriptor)
        case .failedSync(let descriptor):
            var generator = generator
            withFile(descriptor) { $0.failToSync(using: &generator) }
            self.generator = generator
        case .unlink(let path): name(.remove(path: path))
        case .rename(let from, let to): name(.rename(from: from, to: to))
        case .link(let from, let to): name(.link(path: to, file: file(named: from)))
        case .said: break
        }
    }

    /// What a reader of the running system sees, by path.
    var seen: [String: Data] { names.mapValues { files[$0].seen } }

    /// What is on the disk after a power cut at this moment, by path.
    func afterPowerCut(using generator: inout SeededGenerator) -> [String: Data] {
        var left = safeNames
        for naming in pending.prefix(Int.random(in: 0...pending.count, using: &generator)) { Self.apply(naming, to: &left) }
        var content: [String: Data] = [:]
        for (path, file) in left.sorted(by: { $0.key < $1.key }) { content[path] = files[file].afterPowerCut(using: &generator) }
        return content
    }

    private mutating func file(named path: String) -> Int {
        if let file = names[path] { return file }
        files.append(SimulatedFile())
        name(.make(path: path, file: files.count - 1))
        return files.count - 1
    }

    private mutating func name(_ naming: Naming) {
        Self.apply(naming, to: &names)
        pending.append(naming)
    }

    private mutating func withFile(_ descriptor: Int32, _ body: (inout SimulatedFile) -> Void) {
        if case .file(let file) = targets[descriptor] { body(&files[file]) }
    }

    private mutating func sync(_ descriptor: Int32) {
        switch targets[descriptor] {
        case .file(let file):
            files[file].sync()
            makeSafe { if case .make(_, file) = $0 { true } else { false } }
        case .folder(let path): makeSafe { $0.paths.contains { Self.folder(of: $0) == path } }
        case nil: break
        }
    }

    /// The journal is written in order: with the last of these namings, all before it are safe.
    private mutating func makeSafe(where isCovered: (Naming) -> Bool) {
        guard let last = pending.lastIndex(where: isCovered) else { return }
        for naming in pending[...last] { Self.apply(naming, to: &safeNames) }
        pending.removeFirst(last + 1)
    }

    private static func folder(of path: String) -> String { (path as NSString).deletingLastPathComponent }

    private static func apply(_ naming: Naming, to names: inout [String: Int]) {
        switch naming {
        case .make(let path, let file), .link(let path, let file): names[path] = file
        case .remove(let path): names[path] = nil
        case .rename(let from, let to):
            names[to] = names[from]
            names[from] = nil
        }
    }
}
