using System.Buffers;
using System.Security.Cryptography;
using Bartizan.Core.Enforcement;
using Bartizan.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Views;

/// <summary>Copies and digests file content through open descriptors.</summary>
internal static class FileCopy
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>What was copied.</summary>
    public readonly record struct Copied(long Bytes, Digest Digest, bool Cloned);

    /// <summary>
    /// Copies <paramref name="source"/> into the empty <paramref name="target"/> (as a reflink where the file system has them)
    /// and digests it on the way.
    /// </summary>
    /// <exception cref="ViewException">When it holds more than <paramref name="mostBytes"/>.</exception>
    public static Copied Copy(
        SafeFileHandle source,
        SafeFileHandle target,
        long mostBytes,
        CancellationToken cancellationToken
    )
    {
        var cloned = FileCalls.TryClone(source, target);
        return Read(cloned ? target : source, cloned ? null : target, mostBytes, cancellationToken) with
        {
            Cloned = cloned,
        };
    }

    /// <summary>Digests a file.</summary>
    public static Digest Digest(SafeFileHandle file, long mostBytes, CancellationToken cancellationToken) =>
        Read(file, null, mostBytes, cancellationToken).Digest;

    private static Copied Read(
        SafeFileHandle source,
        SafeFileHandle? target,
        long mostBytes,
        CancellationToken cancellationToken
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long offset = 0;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var length = RandomAccess.Read(source, buffer, offset);
                if (length == 0)
                {
                    break;
                }

                if (offset + length > mostBytes)
                {
                    throw new ViewException($"a file grew beyond {mostBytes} bytes while it was copied");
                }

                hash.AppendData(buffer, 0, length);
                if (target is not null)
                {
                    RandomAccess.Write(target, buffer.AsSpan(0, length), offset);
                }

                offset += length;
            }

            Span<byte> digest = stackalloc byte[Core.Enforcement.Digest.SizeBytes];
            hash.GetHashAndReset(digest);
            return new Copied(offset, Core.Enforcement.Digest.FromBytes(digest), false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
