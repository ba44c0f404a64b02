import ControllerFeed

/// `diffmsm_feed_bus.m`: bus objects, and what the blocks UDP Receive and Byte Unpack are to be told.
func simulinkBus() -> String {
  var text = """
    function layouts = diffmsm_feed_bus()
    % \(origin)
    % Makes Simulink.Bus objects diffmsm_parameters, diffmsm_state and diffmsm_interaction in the base workspace.
    % Returns, by message, what the block Byte Unpack is to be told: layouts.NAME.types and .dimensions;
    % byte alignment is 1, data size of UDP Receive is layouts.NAME.size.
    layouts = struct();

    """
  for layout in FeedContract.layouts {
    text += "\n% \(layout.summary)\n"
    text += "fields = { ...\n"
    for field in layout.fields {
      text +=
        "  '\(field.name)', '\(matlabType(field.number))', \(field.count), "
        + "'\(field.unit.replacing("'", with: "''"))'; ...\n"
    }
    text += "  };\n"
    text += "make_bus('diffmsm_\(layout.name)', fields);\n"
    text += "layouts.\(layout.name).types = fields(:, 2)';\n"
    text += "layouts.\(layout.name).dimensions = cell2mat(fields(:, 3))';\n"
    text += "layouts.\(layout.name).size = \(layout.byteCount);\n"
    text += "layouts.\(layout.name).kind = \(layout.kind);\n"
  }
  return text + """
    end

    function make_bus(name, fields)
    elements = repmat(Simulink.BusElement, size(fields, 1), 1);
    for index = 1:size(fields, 1)
      elements(index).Name = fields{index, 1};
      elements(index).DataType = fields{index, 2};
      elements(index).Dimensions = fields{index, 3};
      elements(index).Description = fields{index, 4};
    end
    bus = Simulink.Bus;
    bus.Elements = elements;
    assignin('base', name, bus);
    end

    """
}

private func matlabType(_ number: FeedNumber) -> String {
  switch number {
  case .u8: "uint8"
  case .u16: "uint16"
  case .u32: "uint32"
  case .u64: "uint64"
  case .i64: "int64"
  case .f32: "single"
  }
}
