using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Log.Native;

namespace Bartizan.Log.Checkpoints;

/// <summary>
/// A key of notes as text (C2SP signed-note): <c>name+keyid+base64(algorithm ‖ 32 bytes)</c>, and after <c>PRIVATE+KEY+</c> the same
/// with the seed. The algorithm tells a log's key (0x01) from a witness's (0x04): neither stands in for the other.
/// </summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">What its id says; whoever made the key of it compares.</param>
/// <param name="Bytes">The public key, or the seed.</param>
internal sealed record NoteKey(string Name, uint KeyId, byte[] Bytes)
{
    private const string Prefix = "PRIVATE+KEY+";

    /// <summary>Reads a public key of an algorithm; null when it is none.</summary>
    public static NoteKey? Public(string text, byte algorithm)
    {
        var parts = text.Split('+', 3);
        var bytes = new byte[1 + Ed25519.PublicKeyBytes + 3];
        return
            parts.Length == 3
            && IsName(parts[0])
            && parts[1].Length == 2 * sizeof(uint)
            && uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            && Convert.TryFromBase64String(parts[2], bytes, out var length)
            && length == 1 + Ed25519.PublicKeyBytes
            && bytes[0] == algorithm
            ? new NoteKey(parts[0], id, bytes[1..length])
            : null;
    }

    /// <summary>Reads a private key of an algorithm; null when it is none.</summary>
    public static NoteKey? Private(string text, byte algorithm) =>
        text.StartsWith(Prefix, StringComparison.Ordinal) ? Public(text[Prefix.Length..].Trim(), algorithm) : null;

    /// <summary>The text of a public key.</summary>
    public static string PublicText(string name, uint keyId, byte algorithm, byte[] bytes) =>
        $"{name}+{keyId:x8}+{Convert.ToBase64String([algorithm, .. bytes])}";

    /// <summary>Writes a private key, durable, to a file that only its owner can read.</summary>
    public static void Save(string path, string name, uint keyId, byte algorithm, byte[] seed) =>
        DurableFile.Replace(
            path,
            Encoding.UTF8.GetBytes($"{Prefix}{PublicText(name, keyId, algorithm, seed)}\n"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite
        );

    /// <summary>What tells keys of one name apart: the start of a digest of name, algorithm and public key.</summary>
    public static uint IdOf(string name, byte algorithm, byte[] publicKey) =>
        BinaryPrimitives.ReadUInt32BigEndian(
            SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', algorithm, .. publicKey])
        );

    /// <summary>True for what can name a key: it is written between spaces and plus signs.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 255 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');
}
