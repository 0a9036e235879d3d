using System.Buffers;
using Bartizan.Log;
using Bartizan.Records.Export.Formats;
using Bartizan.Records.Queries;

namespace Bartizan.Records.Export;

/// <summary>Entries written out once, one line each, as a sink of the same format would get them.</summary>
public static class EntryExport
{
    /// <summary>Lines are gathered up to this size before they are written.</summary>
    private const int GatherBytes = 256 * 1024;

    /// <summary>Writes the entries that a query asks for, oldest first, and says how many they were.</summary>
    /// <exception cref="LogInconsistentException">When the files are damaged.</exception>
    /// <exception cref="InvalidDataException">When an entry is of a format that this program doesn't read.</exception>
    public static async Task<long> WriteAsync(
        LogDirectory log,
        LogQuery query,
        IEntryFormat format,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(output);
        var lines = new ArrayBufferWriter<byte>();
        var count = 0L;
        await foreach (var leaf in log.ReadAsync(0, long.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            var entry = ExportedEntry.Of(leaf, ExportSource.Here);
            if (!query.Matches(entry.Row))
            {
                continue;
            }

            format.Write(entry, lines);
            lines.Write("\n"u8);
            count++;
            if (lines.WrittenCount >= GatherBytes)
            {
                await output.WriteAsync(lines.WrittenMemory, cancellationToken).ConfigureAwait(false);
                lines.ResetWrittenCount();
            }
        }

        await output.WriteAsync(lines.WrittenMemory, cancellationToken).ConfigureAwait(false);
        return count;
    }
}
