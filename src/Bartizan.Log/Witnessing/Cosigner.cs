using System.Buffers.Binary;
using System.Security.Cryptography;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Native;

namespace Bartizan.Log.Witnessing;

/// <summary>
/// The private half of a witness's key, in a file that only its owner can read (0600):
/// <c>PRIVATE+KEY+name+keyid+base64(0x04 ‖ seed)</c>.
/// </summary>
public sealed class Cosigner
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly byte[] _seed;

    private Cosigner(string name, byte[] seed)
    {
        _seed = seed;
        Verifier = new CosignatureVerifier(name, Ed25519.PublicKey(seed));
    }

    /// <summary>The public half.</summary>
    public CosignatureVerifier Verifier { get; }

    /// <summary>Makes a new key.</summary>
    public static Cosigner Create(string name)
    {
        if (!NoteKey.IsName(name))
        {
            throw new ArgumentException(
                $"`{name}` can't name a witness: no spaces, no `+`, 1 to 255 characters",
                nameof(name)
            );
        }

        return new Cosigner(name, RandomNumberGenerator.GetBytes(Ed25519.SeedBytes));
    }

    /// <summary>Loads a key.</summary>
    /// <exception cref="WitnessDamagedException">When the file is none, or others can reach it.</exception>
    public static Cosigner Load(string path)
    {
        var mode = File.GetUnixFileMode(path);
        if ((mode & ~Private) != UnixFileMode.None)
        {
            throw new WitnessDamagedException(
                $"the witness's key `{path}` can be reached by others (mode {Convert.ToString((int)mode, 8)}): run `chmod 600` on it"
            );
        }

        if (NoteKey.Private(File.ReadAllText(path), CosignatureVerifier.CosignatureAlgorithm) is { } key)
        {
            var signer = new Cosigner(key.Name, key.Bytes);
            if (signer.Verifier.KeyId == key.KeyId)
            {
                return signer;
            }
        }

        throw new WitnessDamagedException($"`{path}` is not the key of a witness: restore it");
    }

    /// <summary>Writes the key, durable, for its owner alone.</summary>
    public void Save(string path) =>
        NoteKey.Save(path, Verifier.Name, Verifier.KeyId, CosignatureVerifier.CosignatureAlgorithm, _seed);

    /// <summary>Cosigns a checkpoint's text.</summary>
    /// <param name="body">The text, its last newline included.</param>
    /// <param name="time">Seconds since 1970.</param>
    public Cosignature Sign(string body, long time)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        var bytes = new byte[CosignatureVerifier.TimeBytes + Ed25519.SignatureBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time);
        Ed25519
            .Sign(_seed, CosignatureVerifier.Message(time, body))
            .CopyTo(bytes.AsSpan(CosignatureVerifier.TimeBytes));
        return new Cosignature(Verifier, time, NoteSignature.Of(Verifier.Name, Verifier.KeyId, bytes).Line);
    }

    /// <inheritdoc/>
    public override string ToString() => $"***{Verifier.Name}";
}
