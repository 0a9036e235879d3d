using System.Globalization;
using System.Text;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Egress.Git;

/// <summary>
/// What Git's own protocol asks for first (gitprotocol-pack, "Git Transport"): one line with its length before it. Only two programs, and
/// only a path that every reader reads alike: what is decided is, letter by letter, what the host's shell is given.
/// <code>
/// 0033git-upload-pack /forge/acme/site.git␀host=127.0.0.1␀␀version=2␀
/// </code>
/// </summary>
/// <param name="Tool"><see cref="GitHost.Fetch"/> or <see cref="GitHost.Push"/>.</param>
/// <param name="Host">The Git host, by its name in the manifest.</param>
/// <param name="Repository">The repository, without <c>.git</c>.</param>
/// <param name="Version">The protocol's version that the client would like: 0 to 2.</param>
internal sealed record GitRequest(string Tool, string Host, string Repository, int Version)
{
    /// <summary>The four hexadecimal digits of the length.</summary>
    public const int LengthBytes = 4;

    /// <summary>A request with the longest path that forges take, four times over.</summary>
    private const int MaxBytes = 2048;

    private const string Suffix = ".git";

    /// <summary>The program that the host is asked to run.</summary>
    public string Program => Tool == GitHost.Push ? "git-receive-pack" : "git-upload-pack";

    /// <summary>The whole line's length; 0 when it is no such line.</summary>
    public static int LengthOf(ReadOnlySpan<byte> digits) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length)
        && length is > LengthBytes and <= MaxBytes
            ? length
            : 0;

    /// <summary>Reads a whole line.</summary>
    public static GitRequest? Parse(ReadOnlySpan<byte> line, out string problem)
    {
        problem = "it is no request of Git's protocol";
        if (line[LengthBytes..].ContainsAnyExceptInRange((byte)0x20, (byte)0x7E) && !HasOnlyNul(line[LengthBytes..]))
        {
            return null;
        }

        var parts = Encoding.ASCII.GetString(line[LengthBytes..]).Split('\0');
        var space = parts[0].IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !TryVersion(parts, out var version))
        {
            return null;
        }

        var tool = parts[0][..space] switch
        {
            "git-upload-pack" => GitHost.Fetch,
            "git-receive-pack" => GitHost.Push,
            _ => null,
        };
        if (tool is null)
        {
            problem = "of Git only fetching and pushing are carried out";
            return null;
        }

        var path = parts[0][(space + 1)..];
        var slash = path.Length == 0 ? -1 : path.IndexOf('/', 1);
        if (slash < 0 || path[0] != '/')
        {
            problem = "the path names no repository: `/NAME/repository`";
            return null;
        }

        var repository = path[(slash + 1)..];
        repository = repository.EndsWith(Suffix, StringComparison.Ordinal) ? repository[..^Suffix.Length] : repository;
        if (!repository.Split('/').All(part => GitHost.IsFolder(part) && part[0] != '-'))
        {
            problem =
                "the repository's path has a part that is empty, begins with `-`, or is not of letters, digits, `-`, `_`, `.` and `~`";
            return null;
        }

        // Forges, and Git itself, take `site.git` and `site/.git` for `site`: what is left of it would be another name of the same.
        if (repository.Split('/').Any(part => part.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)))
        {
            problem = "the repository's path has a part that ends in `.git`, beside the one at its end";
            return null;
        }

        problem = "";
        return new GitRequest(tool, path[1..slash], repository, version);
    }

    private static bool HasOnlyNul(ReadOnlySpan<byte> line)
    {
        foreach (var b in line)
        {
            if (b is not (0 or (>= 0x20 and <= 0x7E)))
            {
                return false;
            }
        }

        return true;
    }

    // COMMAND ␀ host=… ␀ [␀ version=N ␀]
    private static bool TryVersion(string[] parts, out int version)
    {
        version = 0;
        if (parts is [_, ""] or [_])
        {
            return true;
        }

        if (!parts[1].StartsWith("host=", StringComparison.Ordinal))
        {
            return false;
        }

        if (parts is [_, _, ""])
        {
            return true;
        }

        version = parts is [_, _, "", "version=1", ""] ? 1 : 2;
        return parts is [_, _, "", "version=1" or "version=2", ""];
    }
}
