using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Native;

namespace Bartizan.Log.Witnessing;

/// <summary>
/// The public half of a witness's key (C2SP tlog-cosignature, Ed25519): as text <c>name+keyid+base64(0x04 ‖ public key)</c>, 32
/// bytes of key. A cosignature is a time (u64, big-endian seconds) and 64 bytes of signature over
/// <code>
/// cosignature/v1
/// time 1679315147
/// the checkpoint's text
/// </code>
/// </summary>
public sealed record CosignatureVerifier
{
    internal const byte CosignatureAlgorithm = 4;
    internal const int TimeBytes = sizeof(ulong);
    private readonly byte[] _publicKey;

    internal CosignatureVerifier(string name, byte[] publicKey)
    {
        Name = name;
        _publicKey = publicKey;
        KeyId = NoteKey.IdOf(name, CosignatureAlgorithm, publicKey);
    }

    /// <summary>The witness's name.</summary>
    public string Name { get; }

    /// <summary>Tells keys of one name apart.</summary>
    public uint KeyId { get; }

    /// <summary>The 32 bytes themselves: two keys are one witness when they agree, whatever their names.</summary>
    public string PublicKey => Convert.ToHexStringLower(_publicKey);

    /// <summary>Reads the text form; false for a log's key too (type 0x01): the two don't stand in for each other.</summary>
    public static bool TryParse(string? text, out CosignatureVerifier verifier)
    {
        verifier = null!;
        if (NoteKey.Public(text ?? "", CosignatureAlgorithm) is not { } key)
        {
            return false;
        }

        verifier = new CosignatureVerifier(key.Name, key.Bytes);
        return verifier.KeyId == key.KeyId;
    }

    /// <summary>
    /// This witness's cosignature to a checkpoint, from the note's lines; null when there is none that verifies. INVARIANT: a name and a
    /// key id prove nothing; only the signature over exactly this text does.
    /// </summary>
    public Cosignature? Find(string note)
    {
        ArgumentNullException.ThrowIfNull(note);
        return NoteText.TryRead(note) is { } text ? Find(text.Body, text.Lines) : null;
    }

    /// <summary>The same name and the same key.</summary>
    public bool Equals(CosignatureVerifier? other) =>
        other is not null && Name == other.Name && _publicKey.AsSpan().SequenceEqual(other._publicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, KeyId);

    /// <inheritdoc/>
    public override string ToString() => NoteKey.PublicText(Name, KeyId, CosignatureAlgorithm, _publicKey);

    internal Cosignature? Find(string body, IEnumerable<NoteSignature> lines)
    {
        foreach (var line in lines)
        {
            if (
                line.Name != Name
                || line.KeyId != KeyId
                || line.Bytes.Length != TimeBytes + Ed25519.SignatureBytes
                || BinaryPrimitives.ReadInt64BigEndian(line.Bytes) is var time && time < 0
            )
            {
                continue;
            }

            if (Ed25519.Verify(_publicKey, Message(time, body), line.Bytes.AsSpan(TimeBytes)))
            {
                return new Cosignature(this, time, line.Line);
            }
        }

        return null;
    }

    internal static byte[] Message(long time, string body) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n{body}"));
}
