import ArgumentParser
import Foundation
import Runtime

/// Manual pages out of the commands' own help; used when the program is installed.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate-manual",
    abstract: "Writes a manual page for each command into a folder.", shouldDisplay: false)

  @Argument(help: ArgumentHelp("The folder.", valueName: "folder"))
  var folder: String

  func run() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try write(DiffMSM.self, "diffmsm")
  }

  private func write(_ command: any ParsableCommand.Type, _ name: String) throws {
    let page = Self.page(
      name: name, abstract: command.configuration.abstract,
      help: DiffMSM.helpMessage(for: command, columns: 78))
    let path = "\(folder)/\(name.replacing(" ", with: "-")).1"
    try page.write(toFile: path, atomically: true, encoding: .utf8)
    for child in command.configuration.subcommands where child.configuration.shouldDisplay {
      guard let word = child.configuration.commandName else {
        preconditionFailure("\(child) has a name of its own, or its page would be another's")
      }
      try write(child, name + " " + word)
    }
  }

  /// A page of section 1 whose body is `help` as it is printed.
  private static func page(name: String, abstract: String, help: String) -> String {
    let title = name.replacing(" ", with: "-")
    let body = help.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let escaped = line.replacing("\\", with: "\\e").replacing("-", with: "\\-")
      // a line that begins with a dot or a quote would be a request
      return escaped.first == "." || escaped.first == "'" ? "\\&" + escaped : String(escaped)
    }
    return """
      .TH \(title.uppercased()) 1 "" "DiffMSM \(softwareVersion)" "DiffMSM"
      .SH NAME
      \(title) \\- \(abstract)
      .SH DESCRIPTION
      .nf
      \(body.joined(separator: "\n"))
      .fi
      .SH SEE ALSO
      .BR diffmsm (1)

      """
  }
}
