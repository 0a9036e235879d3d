using System.Text;
using Bartizan.Log.Native;

namespace Bartizan.Log.Checkpoints;

/// <summary>The public half of a note key (C2SP signed-note), as text <c>name+keyid+base64(0x01 ‖ public key)</c>.</summary>
public sealed record NoteVerifier
{
    internal const byte Ed25519Algorithm = 1;
    internal const int KeyIdBytes = 4;
    private readonly byte[] _publicKey;

    internal NoteVerifier(string name, byte[] publicKey)
    {
        Name = name;
        _publicKey = publicKey;
        KeyId = NoteKey.IdOf(name, Ed25519Algorithm, publicKey);
    }

    /// <summary>The key's name, which is the log's origin.</summary>
    public string Name { get; }

    /// <summary>Tells keys of one name apart.</summary>
    public uint KeyId { get; }

    /// <summary>The 32 bytes themselves, in hexadecimal.</summary>
    public string PublicKey => Convert.ToHexStringLower(_publicKey);

    /// <summary>Reads the text form.</summary>
    public static bool TryParse(string? text, out NoteVerifier verifier)
    {
        verifier = null!;
        if (NoteKey.Public((text ?? "").Trim(), Ed25519Algorithm) is not { } key)
        {
            return false;
        }

        verifier = new NoteVerifier(key.Name, key.Bytes);
        return verifier.KeyId == key.KeyId;
    }

    /// <summary>The signed text of a note; null with a reason when this key didn't sign it.</summary>
    public string? Open(string note, out string problem)
    {
        ArgumentNullException.ThrowIfNull(note);
        problem = "";
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0)
        {
            problem = "is not a signed note";
            return null;
        }

        var body = note[..(split + 1)];
        foreach (var line in note[(split + 2)..].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Signed(body, line))
            {
                return body;
            }
        }

        problem = $"carries no valid signature by the key `{Name}+{KeyId:x8}`";
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => NoteKey.PublicText(Name, KeyId, Ed25519Algorithm, _publicKey);

    private bool Signed(string body, string line)
    {
        var parts = line.Split(' ');
        var signature = new byte[KeyIdBytes + Ed25519.SignatureBytes + 3];
        return parts.Length == 3
            && parts[0] == "—"
            && parts[1] == Name
            && Convert.TryFromBase64String(parts[2], signature, out var length)
            && length == KeyIdBytes + Ed25519.SignatureBytes
            && System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(signature) == KeyId
            && Ed25519.Verify(
                _publicKey,
                Encoding.UTF8.GetBytes(body),
                signature.AsSpan(KeyIdBytes, Ed25519.SignatureBytes)
            );
    }
}
