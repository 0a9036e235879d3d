using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Ports;

namespace Bartizan.Vault.Credentials;

/// <summary>Reads a secret from a file that others can't read.</summary>
public static class CredentialFile
{
    // The longest credential in use is a service account's key file of a few KiB.
    private const int MaxBytes = 64 * 1024;

    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>A mark that changes when the file does.</summary>
    public static string Stamp(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}/{(int)file.UnixFileMode}" : "";
    }

    /// <summary>Reads it; who gets the secret disposes it.</summary>
    /// <exception cref="CredentialUnavailableException">When there is none, or others can reach it.</exception>
    public static Secret Read(string name, string path)
    {
        try
        {
            return ReadChecked(name, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unavailable(name, path, "can't be read; check that it exists and belongs to you");
        }
    }

    private static Secret ReadChecked(string name, string path)
    {
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        var file = new FileInfo(target);

        // A pipe, device or socket has no length; opening a pipe would wait for ever.
        if (!file.Exists || file.Length == 0)
        {
            throw Unavailable(name, path, "isn't a regular file with something in it");
        }

        using var stream = new FileStream(target, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var mode = File.GetUnixFileMode(stream.SafeFileHandle);
        if ((mode & Others) != UnixFileMode.None)
        {
            throw Unavailable(name, path, "can be reached by every user of this machine: run `chmod o-rwx` on it");
        }

        if (!stream.CanSeek || stream.Length is 0 or > MaxBytes)
        {
            throw Unavailable(name, path, $"must be a regular file of 1 to {MaxBytes} bytes");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length, pinned: true);
        var chars = GC.AllocateUninitializedArray<char>(bytes.Length, pinned: true);
        try
        {
            stream.ReadExactly(bytes);
            return new Secret(Trim(chars.AsSpan(0, new UTF8Encoding(false, true).GetChars(bytes, chars)), name, path));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(chars.AsSpan()));
        }
    }

    // Editors end a file with a newline; a credential that has one in it would break the header it is put into.
    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text, string name, string path)
    {
        var line = text.TrimEnd("\r\n");
        return line.Length > 0 ? line : throw Unavailable(name, path, "is empty");
    }

    private static CredentialUnavailableException Unavailable(string name, string path, string problem) =>
        new($"credential `{name}`: the file `{path}` {problem}");
}
