using System.Buffers.Binary;
using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Witnessing;

/// <summary>One signature line of a note: <c>— name base64(key id ‖ signature)</c> (C2SP signed-note, "Signatures").</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">Tells keys of one name apart.</param>
/// <param name="Bytes">What follows the key id.</param>
/// <param name="Line">The line as it stands, without its newline.</param>
internal sealed record NoteSignature(string Name, uint KeyId, byte[] Bytes, string Line)
{
    /// <summary>The em dash (U+2014) and space that each line starts with.</summary>
    public const string Start = "— ";

    // A post-quantum cosignature has 2,432 bytes; C2SP speaks of "nearly 5kB".
    private const int MaxBytes = 8 * 1024;

    public static NoteSignature? TryRead(string line)
    {
        if (!line.StartsWith(Start, StringComparison.Ordinal) || line.Length > MaxBytes)
        {
            return null;
        }

        var parts = line[Start.Length..].Split(' ');
        var bytes = new byte[MaxBytes];
        return
            parts is [var name, var text]
            && NoteKey.IsName(name)
            && Convert.TryFromBase64String(text, bytes, out var length)
            && length > sizeof(uint)
            && Convert.ToBase64String(bytes, 0, length) == text
            ? new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[sizeof(uint)..length], line)
            : null;
    }

    public static NoteSignature Of(string name, uint keyId, ReadOnlySpan<byte> bytes)
    {
        var all = new byte[sizeof(uint) + bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(all, keyId);
        bytes.CopyTo(all.AsSpan(sizeof(uint)));
        return new NoteSignature(name, keyId, bytes.ToArray(), $"{Start}{name} {Convert.ToBase64String(all)}");
    }
}
