using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bartizan.Sandbox.Views;

namespace Bartizan.Daemon.Identity;

/// <summary>A certificate and its key, fit to be served: they belong together, hold now, and nobody else could read the key.</summary>
/// <param name="Served">As TLS takes it.</param>
/// <param name="Ends">When the certificate ends.</param>
internal sealed record TlsPair(SslStreamCertificateContext Served, DateTimeOffset Ends)
{
    /// <summary>Bytes of each file; a certificate with all that lead to its root is of some 6 KiB.</summary>
    public const int MaxFileBytes = 64 << 10;

    /// <summary>Bits of an RSA key: each handshake of a longer one takes tens of milliseconds of a processor.</summary>
    public const int MaxRsaBits = 8192;

    private const int MinRsaBits = 2048;
    private const int P521 = 521;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads it.</summary>
    /// <exception cref="IOException">It isn't fit; the message is a sentence for a person and has nothing of the key in it.</exception>
    public static TlsPair Read(TlsFiles files, DateTimeOffset now)
    {
        var (certificate, key) = (Array.Empty<char>(), Array.Empty<char>());
        try
        {
            certificate = Text(files.Certificate, isSecret: false);
            key = Text(files.Key, isSecret: true);
            return Judge(files, X509Certificate2.CreateFromPem(certificate, key), certificate, now);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new IOException(
                $"`{files.Certificate}` and `{files.Key}` aren't a certificate and its own key, in PEM and unencrypted, RSA or EC",
                e
            );
        }
        finally
        {
            Array.Clear(certificate);
            Array.Clear(key);
        }
    }

    private static TlsPair Judge(TlsFiles files, X509Certificate2 certificate, char[] chain, DateTimeOffset now)
    {
        var (from, ends) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        if (now < from || now >= ends)
        {
            throw new IOException(
                $"the certificate `{files.Certificate}` doesn't hold now: it is for {from.UtcDateTime:u} to {ends.UtcDateTime:u}"
            );
        }

        using var rsa = certificate.GetRSAPublicKey();
        using var curve = certificate.GetECDsaPublicKey();
        if (rsa?.KeySize is not (>= MinRsaBits and <= MaxRsaBits) && curve?.KeySize is not (256 or 384 or P521))
        {
            throw new IOException(
                $"the key `{files.Key}` is neither RSA of {MinRsaBits} to {MaxRsaBits} bits nor of the curves P-256, P-384 and P-521"
            );
        }

        // Whatever follows the certificate is what leads to its root; nothing of it is fetched.
        var all = new X509Certificate2Collection();
        all.ImportFromPem(chain);
        var rest = new X509Certificate2Collection(
            all.Where(one => !one.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)).ToArray()
        );
        return new TlsPair(SslStreamCertificateContext.Create(certificate, rest, offline: true), ends);
    }

    private static char[] Text(string path, bool isSecret)
    {
        try
        {
            // A pipe, device or socket has no length; opening a pipe would wait for ever.
            var real = File.Exists(path)
                ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path
                : path;
            if (new FileInfo(real) is not { Exists: true, Length: > 0 and <= MaxFileBytes })
            {
                throw new IOException($"`{path}` is no file of 1 to {MaxFileBytes} bytes");
            }

            using var stream = new FileStream(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            if (isSecret)
            {
                // INVARIANT: what others could read before is no secret, so it is asked of the open file and not of its name.
                Check(path, stream);
            }

            var bytes = GC.AllocateUninitializedArray<byte>(MaxFileBytes, pinned: true);
            try
            {
                var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
                var chars = GC.AllocateUninitializedArray<char>(length, pinned: true);
                Encoding.Latin1.GetChars(bytes.AsSpan(0, length), chars);
                return chars;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(bytes);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"`{path}` can't be read by this user", e);
        }
    }

    private static void Check(string path, FileStream stream)
    {
        if ((File.GetUnixFileMode(stream.SafeFileHandle) & ~OwnerOnly) != UnixFileMode.None)
        {
            throw new IOException(
                $"the key `{path}` can be reached by others; run `chmod 600` on it, and use another if they may have read it"
            );
        }

        if (FileOwner.Of(stream.SafeFileHandle).Uid != People.OwnUid())
        {
            throw new IOException($"the key `{path}` belongs to another user than the instance's");
        }
    }
}
