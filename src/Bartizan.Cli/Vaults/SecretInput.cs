using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Client;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Cli.Vaults;

/// <summary>
/// Takes a secret from where other users can't see it: a file, an open descriptor, what is piped in, or a person who types it unseen.
/// Never from the command line, which every user of the machine can read.
/// </summary>
internal static class SecretInput
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>From a file.</summary>
    public static byte[] OfFile(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return Read(stream);
    }

    /// <summary>From an open descriptor.</summary>
    public static byte[] OfDescriptor(int number)
    {
        using var handle = new SafeFileHandle(number, ownsHandle: false);
        try
        {
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            return Read(stream);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            throw Wrong($"nothing can be read from descriptor {number}", "for example `3<passphrase.txt`");
        }
    }

    /// <summary>From what is piped in, or from a person.</summary>
    /// <param name="what">What a person is asked for.</param>
    /// <param name="twice">True to ask a person again, where a slip couldn't be undone.</param>
    public static byte[] Ask(string what, bool twice)
    {
        if (Console.IsInputRedirected)
        {
            using var input = Console.OpenStandardInput();
            return Read(input);
        }

        var first = Typed(what);
        if (twice)
        {
            var second = Typed($"{what}, again");
            var same = first.AsSpan().SequenceEqual(second);
            CryptographicOperations.ZeroMemory(second);
            if (!same)
            {
                CryptographicOperations.ZeroMemory(first);
                throw Wrong("that isn't the same twice", "try again");
            }
        }

        return first;
    }

    // A file and a pipe end with a newline that is no part of the secret.
    private static byte[] Read(Stream stream)
    {
        var buffer = GC.AllocateArray<byte>(MaxBytes + 1, pinned: true);
        try
        {
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
            {
                throw Wrong($"a secret has at most {MaxBytes} bytes", "give a smaller one");
            }

            return Copy(buffer.AsSpan(0, length).TrimEnd("\r\n"u8));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static byte[] Typed(string what)
    {
        Console.Error.Write($"{what}: ");
        var typed = GC.AllocateArray<char>(MaxBytes, pinned: true);
        var length = 0;
        try
        {
            while (true)
            {
                var key = Console.ReadKey(intercept: true);
                if (key.Key == ConsoleKey.Enter)
                {
                    break;
                }

                if (key.Key == ConsoleKey.Backspace)
                {
                    length = Math.Max(0, length - 1);
                }
                else if (!char.IsControl(key.KeyChar) && length < typed.Length)
                {
                    typed[length++] = key.KeyChar;
                }
            }

            Console.Error.WriteLine();
            var bytes = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(typed, 0, length), pinned: true);
            Encoding.UTF8.GetBytes(typed.AsSpan(0, length), bytes);
            return bytes.Length > 0 ? bytes : throw Wrong("nothing was given", "type it, pipe it in, or name a file");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(typed.AsSpan()));
        }
    }

    private static byte[] Copy(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            throw Wrong("nothing was given", "type it, pipe it in, or name a file");
        }

        var copy = GC.AllocateArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(copy);
        return copy;
    }

    private static ControlException Wrong(string what, string hint) =>
        new(new ControlProblem(ExitCode.Usage, what, hint));
}
