import RoostAPI
import RoostCore

/// Prints the preview of a pull.
struct PullPreviewPrinter {
    let json: Bool

    func print(_ preview: PullPreview) throws {
        if json { return try JSONOutput.print(preview) }
        Terminal.print("\(preview.model) at \(preview.revision) (\(preview.commit.prefix(12)))")
        var table = TextTable(columns: [.name("FILE"), "SIZE", "HERE"])
        for file in preview.files {
            let here = file.presentBytes == file.size ? "yes" : file.presentBytes == 0 ? "no" : "\(ByteCount(file.presentBytes))"
            table.add([file.path, "\(ByteCount(file.size))", here])
        }
        Terminal.print(table)
        Terminal.print("To fetch:      \(ByteCount(preview.missingBytes)) of \(ByteCount(preview.totalBytes))\(time(preview))")
        Terminal.print("Disk:          \(room(preview.disk))\(reserve(preview))")
        if preview.memory.neededBytes > 0 { Terminal.print("Memory:        \(room(preview.memory))") }
        Terminal.print("Choice:        \(preview.reason)\(offered(preview))")
        for note in preview.notes ?? [] { Terminal.print("Note:          \(note)") }
        Terminal.print("Access:        \(access(preview.access))")
        if let license = preview.license { Terminal.print("Licence:       \(license)") }
    }

    private func time(_ preview: PullPreview) -> String {
        guard let seconds = preview.etaSeconds, let rate = preview.bytesPerSecond, preview.missingBytes > 0 else { return "" }
        return ", about \(ProgressReporter.duration(seconds)) at \(ByteCount(Int64(rate)))/s, the rate of the last pull"
    }

    private func room(_ room: PullPreview.Room) -> String {
        let figures = "\(ByteCount(room.neededBytes)) needed, \(ByteCount(room.availableBytes)) available"
        return room.fits ? figures : figures + ": not enough"
    }

    private func reserve(_ preview: PullPreview) -> String {
        preview.diskReserveBytes.map { "; \(ByteCount($0)) more stay free" } ?? ""
    }

    private func offered(_ preview: PullPreview) -> String {
        preview.offered.count > 1 ? " Offered: \(preview.offered.joined(separator: ", "))." : ""
    }

    private func access(_ access: PullPreview.Access) -> String {
        switch access {
        case .open: "public"
        case .gated: "gated, and the token has access"
        case .restricted: "private, and the token has access"
        case .denied: "gated, and the token has no access: ask for it on the model's page on the Hub, then set HF_TOKEN"
        }
    }
}
