using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Shell;

/// <summary>Reads hosts, URLs and <c>host:path</c> out of arguments. The egress proxy holds what is really connected to.</summary>
internal static class Connections
{
    private const int SshPort = 22;

    /// <summary>Adds what the argument connects to.</summary>
    public static void Add(
        ShellReading reading,
        ArgumentRole role,
        ShellWord word,
        ShellDirectories directories,
        string method
    )
    {
        var text = word.Text;
        var isPut = role switch
        {
            ArgumentRole.Url => TryUrl(reading, text, method, word, directories),
            ArgumentRole.Host => TryHost(reading, text, SshPort),
            _ when text.StartsWith("rsync://", StringComparison.Ordinal) => TryUrl(
                reading,
                text,
                method,
                word,
                directories
            ),
            _ when text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
                    && text.AsSpan(0, colon).IndexOf('/') < 0 => TryHost(reading, text[..colon], SshPort),
            _ => AddPath(reading, role, word, directories),
        };
        if (!isPut || word.IsPattern)
        {
            reading.Doubt($"connects to `{ShellReading.Shown(text)}`, which names no one host", word.Position);
        }
    }

    private static bool AddPath(ShellReading reading, ArgumentRole role, ShellWord word, ShellDirectories directories)
    {
        reading.AddPath(role == ArgumentRole.RemoteWrite ? Verb.Write : Verb.Read, word, directories);
        return true;
    }

    private static bool TryHost(ShellReading reading, string text, int port)
    {
        var name = text[(text.LastIndexOf('@') + 1)..];
        if (!HostName.TryParse(name, out var host, out _))
        {
            return false;
        }

        reading.Put(new ConnectTarget(host, port));
        return true;
    }

    private static bool TryUrl(
        ShellReading reading,
        string text,
        string method,
        ShellWord word,
        ShellDirectories directories
    )
    {
        var mark = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = mark < 0 ? "http" : text[..mark].ToLowerInvariant();
        var rest = mark < 0 ? text : text[(mark + 3)..];
        if (scheme == "file")
        {
            reading.AddPath(Verb.Read, word with { Text = rest }, directories);
            return true;
        }

        var port = scheme switch
        {
            "http" or "ws" => 80,
            "https" or "wss" => 443,
            "ssh" or "sftp" or "scp" or "git+ssh" => SshPort,
            "git" => 9418,
            "ftp" => 21,
            "rsync" => 873,
            _ => 0,
        };
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        // What curl takes for a list of URLs, and names with a second `@`, are not read.
        if (port == 0 || text.AsSpan().IndexOfAny("{}[]\\") >= 0 || authority.Count(c => c == '@') > 1)
        {
            return false;
        }

        authority = authority[(authority.IndexOf('@', StringComparison.Ordinal) + 1)..];
        if (
            !ConnectPattern.TrySplit(authority, out var name, out var shown)
            || !HostName.TryParse(name, out var host, out _)
            || (shown.Length > 0 && (!ConnectPattern.TryPort(shown, out var given) || given is null))
        )
        {
            return false;
        }

        var number = shown.Length > 0 && ConnectPattern.TryPort(shown, out var read) ? read!.Value : port;
        if (scheme != "http")
        {
            reading.Put(new ConnectTarget(host, number));
            return true;
        }

        var tail = end < 0 ? "/" : rest[end..].Split('?', '#')[0];
        if (!UrlPath.TryNormalize(tail.Length == 0 ? "/" : tail, out var path, out _))
        {
            return false;
        }

        reading.Put(new HttpTarget(method.ToUpperInvariant(), "http", host, number, path));
        return true;
    }
}
