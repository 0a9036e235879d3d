using System.Security.Cryptography;
using System.Text;
using Bartizan.Log;

namespace Bartizan.Records.Payloads;

/// <summary>
/// The keys of payloads. The instance's key lies in <c>keys/payload.key</c> (0600, 32 random bytes). Each session's own keys, one for
/// each class of payloads, lie beside them in <c>payloads/&lt;session&gt;[.class].key</c>, wrapped by it (AES-256-GCM, session and class
/// as context). To erase a session is to destroy its keys.
/// </summary>
internal sealed class PayloadKeys(string payloadDirectory, string keyDirectory)
{
    public const string InstanceKeyName = "payload.key";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int WrappedBytes = SessionKey.NonceBytes + SessionKey.KeyBytes + SessionKey.TagBytes;
    private static readonly byte[] s_erased = "erased\n"u8.ToArray();

    private readonly Lock _lock = new();

    /// <summary>The session's key, made if it has none yet.</summary>
    /// <exception cref="IOException">When the session was erased, or its key can't be unwrapped.</exception>
    public SessionKey GetOrCreate(PayloadPart part)
    {
        lock (_lock)
        {
            var state = TryLoad(part, out var key);
            if (state == PayloadState.Whole)
            {
                return key!;
            }

            if (state != PayloadState.Missing)
            {
                throw new IOException(
                    $"the payloads of session `{part.Session}` can't be written: their key is {Word(state)}"
                );
            }

            return Create(part);
        }
    }

    public PayloadState TryLoad(PayloadPart part, out SessionKey? key)
    {
        key = null;
        var path = PathOf(part);
        if (!File.Exists(path))
        {
            return PayloadState.Missing;
        }

        var wrapped = File.ReadAllBytes(path);
        if (wrapped.AsSpan().SequenceEqual(s_erased))
        {
            return PayloadState.Erased;
        }

        var instancePath = Path.Combine(keyDirectory, InstanceKeyName);
        if (!File.Exists(instancePath))
        {
            return PayloadState.Locked;
        }

        // Garbage in its place destroys payloads as well as an erasure does, and says so nowhere.
        using var instance = new SessionKey(ReadInstanceKey(instancePath));
        var plain = wrapped.Length == WrappedBytes ? instance.Open(wrapped, Context(part)) : null;
        if (plain is null)
        {
            return PayloadState.Changed;
        }

        key = new SessionKey(plain);
        CryptographicOperations.ZeroMemory(plain);
        return PayloadState.Whole;
    }

    /// <summary>Whether a key, or the mark of one that was destroyed, is there.</summary>
    public bool Has(PayloadPart part) => File.Exists(PathOf(part));

    /// <summary>Destroys the key; a mark stays in its place.</summary>
    public void Erase(PayloadPart part)
    {
        lock (_lock)
        {
            var path = PathOf(part);
            if (File.Exists(path))
            {
                // Over the old bytes first: a file system that writes in place then holds them no longer.
                using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None);
                file.Write(RandomNumberGenerator.GetBytes(WrappedBytes));
                file.Flush(flushToDisk: true);
            }

            DurableFile.Replace(path, s_erased, Private);
        }
    }

    /// <summary>Takes a mark away; never a key.</summary>
    public void Forget(PayloadPart part)
    {
        lock (_lock)
        {
            if (TryLoad(part, out var key) == PayloadState.Erased)
            {
                File.Delete(PathOf(part));
            }

            key?.Dispose();
        }
    }

    private static string Word(PayloadState state) =>
        state switch
        {
            PayloadState.Erased => "erased",
            PayloadState.Changed => "damaged",
            _ => "locked",
        };

    private static byte[] Context(PayloadPart part) => Encoding.UTF8.GetBytes(part.KeyContext);

    private static byte[] ReadInstanceKey(string path)
    {
        var mode = File.GetUnixFileMode(path);
        var key = File.ReadAllBytes(path);
        if ((mode & ~Private) != UnixFileMode.None || key.Length != SessionKey.KeyBytes)
        {
            throw new IOException(
                $"`{path}` must hold {SessionKey.KeyBytes} bytes that only its owner can read: restore it, or run `chmod 600` on it"
            );
        }

        return key;
    }

    private SessionKey Create(PayloadPart part)
    {
        var instancePath = Path.Combine(keyDirectory, InstanceKeyName);
        if (!File.Exists(instancePath))
        {
            if (Directory.EnumerateFiles(payloadDirectory, "*.key").Any())
            {
                throw new IOException($"`{instancePath}` is missing while payloads exist that need it: restore it");
            }

            DurableFile.Replace(instancePath, RandomNumberGenerator.GetBytes(SessionKey.KeyBytes), Private);
        }

        using var instance = new SessionKey(ReadInstanceKey(instancePath));
        var plain = RandomNumberGenerator.GetBytes(SessionKey.KeyBytes);
        var wrapped = new byte[WrappedBytes];
        _ = instance.TrySeal(plain, Context(part), wrapped);
        DurableFile.Replace(PathOf(part), wrapped, Private);
        var key = new SessionKey(plain);
        CryptographicOperations.ZeroMemory(plain);
        return key;
    }

    private string PathOf(PayloadPart part) => Path.Combine(payloadDirectory, part.Name + ".key");
}
