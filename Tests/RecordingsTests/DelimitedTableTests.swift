import Recordings
import Testing

private func table(_ text: String) throws(TableError) -> DelimitedTable {
  try DelimitedTable(text: Array(text.utf8), path: "t.csv")
}

@Suite struct DelimitedTableTests {
  @Test(arguments: [
    "time_s,RF_mV,gonio_FX_raw_deg,r_vx,ch_2\r\n0,1.5,-2,3,4\r\n0.5,1e-3,2,3,4\r\n\r\n",
    "\u{FEFF}\"Time [s]\";RF [mV];gonio_FX_raw (deg);r_vx;ch_2\n0;1,5;-2;3;4\n0,5;0,001;2;3;4",
    "t\tRF (mV)\tgonio_FX_raw_deg\tr_vx\tch_2\n0\t1.5\t-2\t3\t4\n0.5\t0.001\t2\t3\t4\n",
    "time_ms,RF_mV,gonio_FX_raw_deg,r_vx,ch_2\n0,1.5,-2,3,4\n500,0.001,2,3,4\n",
  ])
  func headersAndDelimitersOfManyHands(text: String) throws {
    let table = try table(text)
    #expect(table.times == [0, 0.5])
    #expect(table.columns.map(\.name) == ["RF", "gonio_FX_raw", "r_vx", "ch_2"])
    #expect(table.columns.map(\.unit) == ["mV", "deg", "", ""])
    #expect(table.columns[0].values == [1.5, 0.001])
    #expect(table.columns[1].values == [-2, 2])
  }

  @Test(
    arguments: [
      ("", TableError.Kind.empty, 1, nil),
      ("time_s,x\n", .empty, 2, nil),
      ("time_s\n1\n", .wrongHeader, 1, nil),
      ("time_s,x_V,x_mV\n1,2,3\n", .wrongHeader, 1, 12),
      ("time_s,,x\n1,2,3\n", .wrongHeader, 1, 8),
      ("frame,x\n1,2\n", .noTimeColumn, 1, nil),
      ("time_s,x\n0,1\n1,abc\n", .notANumber, 3, 3),
      ("time_s,x\n0,1\n,2\n", .notANumber, 3, 1),
      ("time_s,x\nnan,1\n", .notANumber, 2, 1),
      ("time_s,x\n0,inf\n", .notANumber, 2, 3),
      ("time_s,x\n0,1\n1\n", .wrongCellCount, 3, nil),
      ("time_s,x\n0,1,2\n", .wrongCellCount, 2, 5),
      ("x,time_s\n0,1\n0,1\n", .timeNotIncreasing, 3, 3),
      ("time_s,x\n2,1\n\n1,1\n", .timeNotIncreasing, 4, 1),
    ] as [(String, TableError.Kind, Int, Int?)])
  func badTablesAreNamedWithTheirPlace(
    text: String, kind: TableError.Kind, line: Int, column: Int?
  ) {
    let error = #expect(throws: TableError.self) { _ = try table(text) }
    #expect(error?.kind == kind)
    #expect(error?.line == line && error?.column == column, "\(error?.description ?? "")")
    #expect(error?.description.hasPrefix("t.csv:\(line)") == true)
  }

  @Test func aMissingFileIsATypedError() {
    let error = #expect(throws: TableError.self) { _ = try DelimitedTable(path: "/no/such.csv") }
    #expect(error?.kind == .cannotOpen && error?.line == nil)
  }
}
