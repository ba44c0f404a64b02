public import Configuration
internal import Foundation
internal import Recordings
internal import Report

/// A result, a recording or a calibration told to people on one page.
public struct ReportRun: Sendable {
  /// The result, recording or calibration, by path.
  public var input: String
  /// The session of a recording; nil takes the one that the recording carries.
  public var configuration: SessionConfiguration?

  /// A report that is not written yet.
  public init(_ input: String, configuration: SessionConfiguration? = nil) {
    self.input = input
    self.configuration = configuration
  }

  /// What a report came to.
  public struct Outcome: Sendable {
    /// The page.
    public var html: String
    /// What it lacks, as sentences.
    public var missing: [String]
    /// True when nothing of the input could be read.
    public var isUnreadable: Bool
  }

  /// Reads the input and makes the page; throws when the file itself cannot be opened.
  public func run() throws(SessionError) -> Outcome {
    let content: Data
    do {
      content = try Data(contentsOf: URL(fileURLWithPath: input), options: .mappedIfSafe)
    } catch {
      throw SessionError(
        .noInput, file: input, message: "cannot be read",
        remedy: "name a result that identify wrote, a recording or a calibration")
    }
    let name = URL(fileURLWithPath: input).lastPathComponent
    let isRecording =
      content.starts(with: Data("XDF:".utf8)) || name.lowercased().hasSuffix(".xdf")
    if isRecording { return reportOfRecording(name) }
    return name.lowercased().hasSuffix(".yaml") || name.lowercased().hasSuffix(".yml")
      ? reportOfCalibration(name) : reportOfResult(content, name)
  }

  private func reportOfCalibration(_ name: String) -> Outcome {
    do throws(ConfigurationError) {
      let page = CalibrationPage(try CalibrationFile.read(input), source: name)
      return Outcome(html: page.html, missing: page.missing, isUnreadable: false)
    } catch {
      let page = ReportPage(
        source: name, problems: ["\(name) is no calibration"] + error.problems.map { "\($0)" })
      return Outcome(html: page.html, missing: page.missing, isUnreadable: true)
    }
  }

  private func reportOfResult(_ content: Data, _ name: String) -> Outcome {
    do {
      let page = ReportPage(result: try ResultDocument(json: content), source: name)
      return Outcome(html: page.html, missing: page.missing, isUnreadable: false)
    } catch {
      let page = ReportPage(source: name, problems: ["\(name) cannot be read: \(error)"])
      return Outcome(html: page.html, missing: page.missing, isUnreadable: true)
    }
  }

  /// A recording's own story, and what identification makes of it where that is possible.
  private func reportOfRecording(_ name: String) -> Outcome {
    var problems: [String] = []
    var digest: RecordingDigest?
    do {
      digest = try RecordingDigest(RecordingSource(path: input))
    } catch {
      problems.append("\(name) cannot be read: \(error)")
    }
    var result: ResultDocument?
    if digest != nil {
      do {
        var identification = IdentifyRun([input], configuration: configuration)
        identification.allowsTruncated = true
        result = try ResultDocument(json: Data(identification.run().json.utf8))
      } catch let error as ConfigurationError {
        problems += error.problems.map { "nothing could be identified: \($0)" }
      } catch {
        problems.append("nothing could be identified: \(error)")
      }
    }
    let page = ReportPage(result: result, recording: digest, source: name, problems: problems)
    return Outcome(html: page.html, missing: page.missing, isUnreadable: digest == nil)
  }
}
