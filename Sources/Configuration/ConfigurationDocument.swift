internal import Foundation
internal import OpenSimFiles
internal import Yams

/// A YAML file while it is being read: its name and the problems found so far.
///
/// Used by one thread, from opening the file to throwing or returning its value.
final class ConfigurationDocument {
  /// The file as messages call it.
  let file: String
  /// Where it and the files it names stand.
  let shelf: FileShelf
  /// The text of the file; empty when it could not be read.
  private(set) var text = ""
  /// The problems found so far.
  private(set) var problems: [ConfigurationProblem] = []
  /// Problems of the files that this one names.
  private(set) var problemsElsewhere: [ConfigurationProblem] = []

  /// The document that includes this one and gathers its problems; nil when it stands for itself.
  private let including: ConfigurationDocument?

  /// A document of the file at `path`; nothing is read yet.
  init(
    path: String, on shelf: FileShelf = FileShelf(),
    includedBy including: ConfigurationDocument? = nil
  ) {
    file = path
    self.shelf = shelf
    self.including = including
  }

  /// The root of the file, which must be a mapping; nil after reporting why not.
  ///
  /// What `settings` say, and the file's own list `set`, replaces what stands in it; what the files say
  /// that it includes holds where it says nothing itself.
  func open(settings: [String] = []) -> ConfigurationNode? {
    guard let contents = shelf.contents(of: file) else {
      report(
        nil, "the file cannot be read", remedy: "check that it exists and that you may read it")
      return nil
    }
    guard let decoded = String(data: contents, encoding: .utf8) else {
      report(nil, "the file is not UTF-8 text", remedy: "save it as UTF-8")
      return nil
    }
    text = decoded
    if !settings.isEmpty {
      // so that a recording, which carries the text, carries them too
      text += (decoded.hasSuffix("\n") ? "" : "\n") + "set:\n"
      for setting in settings {
        text += "  - '" + setting.replacing("'", with: "''") + "'\n"
      }
    }
    guard var root = root(of: text) else { return nil }
    apply(root.optional("set"), to: &root)
    include(root.optional("include"), in: &root)
    return root
  }

  /// Replaces what the list `set` says.
  private func apply(_ list: ConfigurationNode?, to root: inout ConfigurationNode) {
    for item in list?.items("a list of settings, as in [\"identification.window=2 s\"]") ?? [] {
      guard let text = item.text("a setting, as in \"identification.window=2 s\"") else { continue }
      guard let setting = ConfigurationSetting(text) else {
        item.report(
          "\(quoted(text)) is no setting", remedy: "write KEY=VALUE, as in \"payload.mass_sd=2 %\"")
        continue
      }
      if !setting.apply(to: &root.node) {
        item.report(
          "\(quoted(text)) leads nowhere",
          remedy: "write the keys on the way, and in brackets the number of an item that is there")
      }
    }
  }

  /// Lets the files that the list `include` names, or its one name, stand behind `root`; the last first.
  private func include(_ node: ConfigurationNode?, in root: inout ConfigurationNode) {
    guard let node else { return }
    let items = node.isList ? node.items("a list of files") ?? [] : [node]
    for item in items.reversed() {
      guard let name = item.text("the path of a file") else { continue }
      let included = path(name, relativeTo: file)
      guard !chain.contains(included) else {
        item.report("\(quoted(name)) includes itself", remedy: "delete one of the inclusions")
        continue
      }
      guard shelf.holds(included) else {
        item.report(
          "\(item.label) is \(quoted(name)), and there is no file \(included)",
          remedy: "write the path as seen from this file's folder")
        continue
      }
      let document = ConfigurationDocument(path: included, on: shelf, includedBy: self)
      if let behind = document.open() { root.behind.append(behind) }
    }
  }

  /// The files that lead here by inclusion.
  private var chain: [String] { (including?.chain ?? []) + [file] }

  /// The root of `text`.
  private func root(of text: String) -> ConfigurationNode? {
    do {
      guard let node = try Yams.compose(yaml: text) else {
        report(nil, "the file is empty", remedy: "write the keys of a session or device file")
        return nil
      }
      let root = ConfigurationNode(node: node, keyPath: "", document: self)
      return root.isMapping ? root : nil
    } catch let error as YamlError {
      report(error)
    } catch {
      report(nil, "the file is not YAML", remedy: "check its indentation, quotes and brackets")
    }
    return nil
  }

  /// Adds a problem at `mark`.
  func report(_ mark: Mark?, _ message: String, remedy: String = "") {
    let problem = ConfigurationProblem(
      file: file, line: mark?.line ?? 0, column: mark?.column ?? 0, message: message,
      remedy: remedy)
    if let including { including.report(elsewhere: [problem]) } else { problems.append(problem) }
  }

  /// Adds problems of another file that this one names.
  func report(elsewhere others: [ConfigurationProblem]) {
    if let including { return including.report(elsewhere: others) }
    problemsElsewhere += others.filter { !problemsElsewhere.contains($0) }
  }

  /// All problems, in the order of the file, those of other files after them.
  var sortedProblems: [ConfigurationProblem] {
    let order = problems.indices.sorted { left, right in
      let (a, b) = (problems[left], problems[right])
      return (a.line, a.column, left) < (b.line, b.column, right)
    }
    return order.map { problems[$0] } + problemsElsewhere
  }

  /// Fails with all problems, if there are any.
  func finish() throws(ConfigurationError) {
    let problems = sortedProblems
    if !problems.isEmpty { throw ConfigurationError(problems: problems) }
  }

  private func report(_ error: YamlError) {
    let remedy = "check indentation, quotes and brackets there"
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let doing = context.map { " \($0.text)" } ?? ""
      report(mark, "the file is not YAML:\(doing) \(problem)", remedy: remedy)
    case .duplicatedKeysInMapping(let duplicates, let context):
      report(
        context.mark, "the key \(quoted(duplicates.first ?? "")) stands twice in one mapping",
        remedy: "delete one of the two")
    case .reader(let problem, _, _, _):
      report(nil, "the file is not YAML: \(problem)", remedy: "delete the character")
    default:
      report(nil, "the file is not YAML", remedy: remedy)
    }
  }
}

/// The file that `path` means when it stands in `file`: relative paths begin at that file's folder.
func path(_ path: String, relativeTo file: String) -> String {
  if path.hasPrefix("/") { return path }
  var steps: [Substring] = file.split(separator: "/").dropLast()
  for step in path.split(separator: "/") where step != "." {
    if step == "..", let last = steps.last, last != ".." {
      steps.removeLast()
    } else {
      steps.append(step)
    }
  }
  return (file.hasPrefix("/") ? "/" : "") + steps.joined(separator: "/")
}
