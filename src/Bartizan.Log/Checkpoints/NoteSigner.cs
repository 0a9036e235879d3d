using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Log.Native;

namespace Bartizan.Log.Checkpoints;

/// <summary>The private half of a note key (C2SP signed-note, Ed25519). Kept in a file that only its owner can read.</summary>
public sealed class NoteSigner
{
    private readonly byte[] _seed;

    private NoteSigner(string name, byte[] seed)
    {
        _seed = seed;
        Verifier = new NoteVerifier(name, Ed25519.PublicKey(seed));
    }

    /// <summary>The public half.</summary>
    public NoteVerifier Verifier { get; }

    /// <summary>Makes a new key.</summary>
    public static NoteSigner Create(string name)
    {
        if (!NoteKey.IsName(name))
        {
            throw new ArgumentException(
                $"`{name}` can't name a log: no spaces, no `+`, 1 to 255 characters",
                nameof(name)
            );
        }

        return new NoteSigner(name, RandomNumberGenerator.GetBytes(Ed25519.SeedBytes));
    }

    /// <summary>Signs a text that ends in a newline; the result is the whole note.</summary>
    public string Sign(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var signature = new byte[NoteVerifier.KeyIdBytes + Ed25519.SignatureBytes];
        BinaryPrimitives.WriteUInt32BigEndian(signature, Verifier.KeyId);
        Ed25519.Sign(_seed, Encoding.UTF8.GetBytes(body)).CopyTo(signature, NoteVerifier.KeyIdBytes);
        return $"{body}\n— {Verifier.Name} {Convert.ToBase64String(signature)}\n";
    }

    /// <inheritdoc/>
    public override string ToString() => $"***{Verifier.Name}";

    /// <summary>Reads a key that was saved.</summary>
    /// <exception cref="LogInconsistentException">When the file is no such key.</exception>
    public static NoteSigner Load(string path)
    {
        if (NoteKey.Private(File.ReadAllText(path), NoteVerifier.Ed25519Algorithm) is { } key)
        {
            var signer = new NoteSigner(key.Name, key.Bytes);
            if (signer.Verifier.KeyId == key.KeyId)
            {
                return signer;
            }
        }

        throw new LogInconsistentException(
            $"`{path}` is not the signing key of a log: restore it, or move the log and its keys away to start a new one"
        );
    }

    /// <summary>Saves the key to a file that only its owner can read.</summary>
    public void Save(string path) =>
        NoteKey.Save(path, Verifier.Name, Verifier.KeyId, NoteVerifier.Ed25519Algorithm, _seed);
}
