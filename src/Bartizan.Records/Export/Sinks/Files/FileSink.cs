using System.Buffers;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats;
using Bartizan.Records.Export.Sinks.Http;

namespace Bartizan.Records.Export.Sinks.Files;

/// <summary>
/// Appends lines to a file that another collector follows; a batch counts when it is on the disk. Above a size the file is renamed
/// to <c>.1</c> and a new one begun.
/// </summary>
internal sealed class FileSink(SinkSettings settings, IEntryFormat format) : ISink
{
    /// <summary>Of one file; two of them are kept.</summary>
    private const long MaxFileBytes = 256L << 20;

    // The collector usually runs as somebody else, in the same group.
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly string _path =
        settings.Path ?? throw new ArgumentException("a sink of this kind has a path", nameof(settings));

    /// <inheritdoc/>
    public SinkBounds Bounds { get; } = new(2000, 4 << 20);

    /// <inheritdoc/>
    public bool ConfirmsLate => false;

    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output) => format.Write(entry, output);

    /// <inheritdoc/>
    public async Task<SinkAnswer> SendAsync(IReadOnlyList<SinkItem> batch, CancellationToken cancellationToken)
    {
        Rotate();
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = Mode,
            BufferSize = 0,
        };
        var stream = new FileStream(_path, options);
        await using (stream.ConfigureAwait(false))
        {
            var end = EndOfLines(stream);
            stream.SetLength(end);
            stream.Position = end;
            try
            {
                await stream.WriteAsync(JsonBody.Lines(batch), cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }
            catch
            {
                // A full disk: half a line would be read as an entry.
                stream.SetLength(end);
                throw;
            }
        }

        return SinkAnswer.Taken;
    }

    /// <inheritdoc/>
    public bool IsHolding() => true;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Rotate()
    {
        var file = new FileInfo(_path);
        if (file.Exists && file.Length >= MaxFileBytes)
        {
            File.Move(_path, _path + ".1", overwrite: true);
        }
    }

    // A crash may have left the beginning of a line; its entry is sent again, since the cursor didn't move.
    private static long EndOfLines(FileStream stream)
    {
        var chunk = new byte[64 * 1024];
        for (var end = stream.Length; end > 0; )
        {
            var length = (int)Math.Min(chunk.Length, end);
            stream.Position = end - length;
            stream.ReadExactly(chunk, 0, length);
            var newline = chunk.AsSpan(0, length).LastIndexOf((byte)'\n');
            if (newline >= 0)
            {
                return end - length + newline + 1;
            }

            end -= length;
        }

        return 0;
    }
}
