using System.Security.Cryptography;

namespace Bartizan.Records.Payloads;

/// <summary>
/// Random bytes for salts and nonces, drawn some at a time and handed out to one thread: a draw costs for twelve bytes nearly what it
/// costs for a thousand. Not for keys.
/// </summary>
/// <remarks>
/// What waits here lies in the same memory as the session keys, so that who can read it has the payloads without it. Each byte is handed
/// out once and zeroed with that: what memory shows later says nothing of salts that were used.
/// </remarks>
internal static class DrawnBytes
{
    /// <summary>Bytes of one draw: the salts and nonces of some twenty payloads.</summary>
    private const int DrawBytes = 1024;

    [ThreadStatic]
    private static byte[]? t_drawn;

    [ThreadStatic]
    private static int t_left;

    /// <summary>Fills <paramref name="bytes"/> with random bytes that nobody else gets.</summary>
    public static void Fill(Span<byte> bytes)
    {
        if (bytes.Length > DrawBytes)
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }

        // Pinned, because the collector leaves copies behind of what it moves.
        var drawn = t_drawn ??= GC.AllocateUninitializedArray<byte>(DrawBytes, pinned: true);
        if (t_left < bytes.Length)
        {
            // INVARIANT: none is there until the draw is done; a draw that fails hands out nothing.
            t_left = 0;
            RandomNumberGenerator.Fill(drawn);
            t_left = drawn.Length;
        }

        var given = drawn.AsSpan(t_left - bytes.Length, bytes.Length);
        t_left -= bytes.Length;
        given.CopyTo(bytes);
        CryptographicOperations.ZeroMemory(given);
    }
}
