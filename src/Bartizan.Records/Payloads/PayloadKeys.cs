using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Sessions;
using Bartizan.Log;

namespace Bartizan.Records.Payloads;

/// <summary>
/// The keys of payloads. The instance's key lies in <c>keys/payload.key</c> (0600, 32 random bytes); each session's own key lies beside
/// its payloads in <c>payloads/&lt;session&gt;.key</c>, wrapped by it (AES-256-GCM, the session's name as context). To erase a
/// session is to destroy its key.
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
    public SessionKey GetOrCreate(SessionId session)
    {
        lock (_lock)
        {
            var state = TryLoad(session, out var key);
            if (state == PayloadState.Whole)
            {
                return key!;
            }

            if (state != PayloadState.Missing)
            {
                throw new IOException(
                    $"the payloads of session `{session}` can't be written: their key is {Word(state)}"
                );
            }

            return Create(session);
        }
    }

    public PayloadState TryLoad(SessionId session, out SessionKey? key)
    {
        key = null;
        var path = PathOf(session);
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
        if (wrapped.Length != WrappedBytes || !File.Exists(instancePath))
        {
            return PayloadState.Locked;
        }

        using var instance = new SessionKey(ReadInstanceKey(instancePath));
        var plain = instance.Open(wrapped, Context(session));
        if (plain is null)
        {
            return PayloadState.Locked;
        }

        key = new SessionKey(plain);
        CryptographicOperations.ZeroMemory(plain);
        return PayloadState.Whole;
    }

    /// <summary>Destroys the session's key; a mark stays in its place.</summary>
    public void Erase(SessionId session)
    {
        lock (_lock)
        {
            var path = PathOf(session);
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

    private static string Word(PayloadState state) => state == PayloadState.Erased ? "erased" : "locked";

    private static byte[] Context(SessionId session) => Encoding.UTF8.GetBytes($"bartizan session key 1 {session}");

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

    private SessionKey Create(SessionId session)
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
        _ = instance.TrySeal(plain, Context(session), wrapped);
        DurableFile.Replace(PathOf(session), wrapped, Private);
        var key = new SessionKey(plain);
        CryptographicOperations.ZeroMemory(plain);
        return key;
    }

    private string PathOf(SessionId session) => Path.Combine(payloadDirectory, PayloadStore.NameOf(session) + ".key");
}
