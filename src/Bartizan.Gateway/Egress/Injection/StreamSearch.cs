using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>
/// Looks for values in bytes that come in pieces, wherever they are cut. The last bytes of a piece are held back until more comes: so many
/// that no part of a value that is long enough to be found has passed before it is seen. A piece that ends a line passes whole, so that
/// who waits for an event gets it.
/// </summary>
internal sealed class StreamSearch(ISecretSearch search, Action? found = null)
{
    /// <summary>Bytes held back: sixteen characters, each spelled in nine.</summary>
    private const int MaxHeldBytes = 160;

    /// <summary>Bytes before what is new that are looked at with it: sixteen characters of any form and spelling are shorter.</summary>
    private const int MaxContextBytes = 1024;

    /// <summary>
    /// Bytes that are looked at in every reading; what comes after is looked at as it is written, in all forms, so that a large file isn't
    /// waited for.
    /// </summary>
    private const long MaxUnfoldedBytes = 4 << 20;

    private byte[] _kept = [];
    private long _seen;
    private int _passed;

    /// <summary>How often something was found.</summary>
    public int Found { get; private set; }

    /// <summary>Takes the next piece; what may pass on, with every find written over by asterisks.</summary>
    public ReadOnlyMemory<byte> Take(ReadOnlySpan<byte> piece, bool isLast)
    {
        byte[] bytes = [.. _kept, .. piece];
        byte[] shown = [.. bytes];
        var before = Found;
        foreach (var (start, end) in search.Find(bytes, _seen < MaxUnfoldedBytes))
        {
            var from = Math.Max(start, _passed);
            if (end > from)
            {
                Found += end > _kept.Length ? 1 : 0;
                shown.AsSpan(from, end - from).Fill((byte)'*');
            }
        }

        if (Found > before)
        {
            found?.Invoke();
        }

        _seen += piece.Length;

        // INVARIANT: what is kept to look at stays as it came: a value that goes on in the next piece is known by its beginning.
        var held = isLast || piece is [.., (byte)'\n'] ? 0 : Math.Min(MaxHeldBytes, bytes.Length - _passed);
        var ready = shown.AsMemory(_passed..(bytes.Length - held));
        var keep = Math.Max(0, bytes.Length - MaxContextBytes);
        _kept = bytes[keep..];
        _passed = bytes.Length - held - keep;
        return ready;
    }
}
