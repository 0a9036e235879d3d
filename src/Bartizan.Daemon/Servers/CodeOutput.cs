using Bartizan.Core.Code;

namespace Bartizan.Daemon.Servers;

/// <summary>
/// Reads one stream of code to its end: keeps the beginning, counts the rest, so that nothing that writes waits, and says so once when it
/// is far too much.
/// </summary>
internal sealed class CodeOutput(Stream stream, long keep, Action flooded)
{
    /// <summary>Read of one stream beyond what is kept; code that writes more is killed.</summary>
    public const long MaxDiscarded = 16 << 20;

    private readonly Lock _lock = new();
    private readonly MemoryStream _kept = new();
    private long _bytes;

    /// <summary>Reads; returns at the stream's end, or when it is cut off.</summary>
    public async Task ReadAsync()
    {
        var buffer = new byte[16 << 10];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                if (!Take(buffer.AsSpan(0, read)))
                {
                    flooded();
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Cut off.
        }
    }

    /// <summary>What was read so far.</summary>
    public CodeStream Taken()
    {
        lock (_lock)
        {
            return new CodeStream(_kept.ToArray(), _bytes);
        }
    }

    private bool Take(ReadOnlySpan<byte> read)
    {
        lock (_lock)
        {
            var room = (int)Math.Min(read.Length, keep - _kept.Length);
            _kept.Write(read[..room]);
            _bytes += read.Length;
            return _bytes <= keep + MaxDiscarded;
        }
    }
}
