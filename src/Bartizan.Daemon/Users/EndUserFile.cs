using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Bartizan.Core.Identity;
using Bartizan.Log;

namespace Bartizan.Daemon.Users;

/// <summary>
/// The book on disk: a line of JSON for each user, mode 0600. A line is added at the end and synced before anybody has the pseudonym; what
/// a crash leaves of one is cut off. To take one out, the file is written again, and the bytes of the one before are written over.
/// </summary>
internal static class EndUserFile
{
    /// <summary>Characters of one line.</summary>
    public const int MaxLineChars = 8 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const byte End = (byte)'\n';

    /// <summary>Its lines; none where there is no file. What has no end yet doesn't count.</summary>
    /// <exception cref="IOException">It can't be read, or isn't what was written here.</exception>
    public static ImmutableArray<KnownUser> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var all = File.ReadAllBytes(path).AsSpan();
        var users = ImmutableArray.CreateBuilder<KnownUser>();
        while (all.IndexOf(End) is >= 0 and var end)
        {
            users.Add(Line(all[..end]) ?? throw new IOException($"line {users.Count + 1} of `{path}` can't be read"));
            all = all[(end + 1)..];
        }

        return users.ToImmutable();
    }

    /// <summary>Cuts off what a crash left of a line, and makes the file where there is none.</summary>
    public static void Mend(string path)
    {
        if (!File.Exists(path))
        {
            DurableFile.Replace(path, [], OwnerOnly);
            return;
        }

        File.SetUnixFileMode(path, OwnerOnly);
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var all = new byte[file.Length];
        file.ReadExactly(all);
        var whole = all.AsSpan().LastIndexOf(End) + 1;
        if (whole < all.Length)
        {
            file.SetLength(whole);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Adds a line; it is on disk when this returns.</summary>
    public static void Append(string path, KnownUser user)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        file.Seek(0, SeekOrigin.End);
        file.Write([.. Bytes(user), End]);
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Writes all lines in place of those that stand there, of which no byte is left where the file system writes in place.
    /// </summary>
    public static void Replace(string path, IEnumerable<KnownUser> users)
    {
        using var before = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        DurableFile.Replace(path, users.SelectMany(user => Bytes(user).Append(End)).ToArray(), OwnerOnly);

        // The new file stands: what is left of the old one is nobody's but this handle's.
        before.Write(RandomNumberGenerator.GetBytes(checked((int)before.Length)));
        before.Flush(flushToDisk: true);
    }

    private static byte[] Bytes(KnownUser user) =>
        JsonSerializer.SerializeToUtf8Bytes(user, JsonSerializerOptions.Strict);

    private static KnownUser? Line(ReadOnlySpan<byte> line)
    {
        try
        {
            return
                line.Length <= MaxLineChars
                && JsonSerializer.Deserialize<KnownUser>(line, JsonSerializerOptions.Strict)
                    is { Issuer.Length: > 0, Subject.Length: > 0 } user
                && user.Person.StartsWith(EndUser.Prefix, StringComparison.Ordinal)
                ? user
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
