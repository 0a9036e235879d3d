using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Log.Native;

namespace Bartizan.Log.Checkpoints;

/// <summary>The private half of a note key (C2SP signed-note, Ed25519). Kept in a file that only its owner can read.</summary>
public sealed class NoteSigner
{
    private const string Prefix = "PRIVATE+KEY+";
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
        if (!NoteVerifier.IsName(name))
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
        var parts = File.ReadAllText(path).Trim().Split('+', 5);
        var key = new byte[1 + Ed25519.SeedBytes + 3];
        if (
            parts.Length == 5
            && $"{parts[0]}+{parts[1]}+" == Prefix
            && NoteVerifier.IsName(parts[2])
            && Convert.TryFromBase64String(parts[4], key, out var length)
            && length == 1 + Ed25519.SeedBytes
            && key[0] == NoteVerifier.Ed25519Algorithm
        )
        {
            var signer = new NoteSigner(parts[2], key[1..length]);
            if (signer.Verifier.KeyId.ToString("x8", System.Globalization.CultureInfo.InvariantCulture) == parts[3])
            {
                return signer;
            }
        }

        throw new LogInconsistentException(
            $"`{path}` is not the signing key of a log: restore it, or move the log and its keys away to start a new one"
        );
    }

    /// <summary>Saves the key to a file that only its owner can read.</summary>
    public void Save(string path)
    {
        var text =
            $"{Prefix}{Verifier.Name}+{Verifier.KeyId:x8}+{Convert.ToBase64String([NoteVerifier.Ed25519Algorithm, .. _seed])}\n";
        DurableFile.Replace(path, Encoding.UTF8.GetBytes(text), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
