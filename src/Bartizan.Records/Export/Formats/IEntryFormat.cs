using System.Buffers;

namespace Bartizan.Records.Export.Formats;

/// <summary>
/// Writes one entry for others: a pure function, the same bytes for the same entry. What an agent wrote can't end a field or an
/// entry in any of them.
/// </summary>
public interface IEntryFormat
{
    /// <summary>Writes the entry, without a newline at its end.</summary>
    void Write(ExportedEntry entry, IBufferWriter<byte> output);
}
