using System.Globalization;
using System.Net;
using Bartizan.Client;
using Bartizan.Control.OpenId;
using Bartizan.Daemon.Identity;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Bartizan.Daemon.Consoles;

/// <summary>
/// <c>console.yaml</c> of the state directory: where people reach the instance from a browser. Without it nothing listens.
/// <code>
/// listen: 127.0.0.1:8643
/// origin: https://bartizan.example.com     # what browsers call it; else https:// and the address
/// tls: { certificate: console.pem, key: console-key.pem }    # else, on this machine's own addresses, one is made
/// sessions: { idle: 30m, absolute: 12h }
/// oidc:
///   issuer: https://login.example.com
///   client_id: bartizan
///   client_secret: oidc-secret                 # a file, 0600
///   roles: [ { group: ops, role: operator, agents: ['*'] } ]
/// </code>
/// </summary>
internal sealed record ConsoleFile(IPEndPoint Listen, Uri Origin, TlsFiles? Tls, TimeSpan Idle, TimeSpan Absolute)
{
    /// <summary>The organisation's sign-in; null for none.</summary>
    public OpenIdTerms? OpenId { get; private init; }

    public const string Name = "console.yaml";

    private const int Invalid = 3;
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_absolute = TimeSpan.FromHours(12);
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(24);

    /// <summary>Reads the file; null without one.</summary>
    /// <exception cref="ControlException">When it has a mistake.</exception>
    public static ConsoleFile? Load(string home)
    {
        var path = Path.Combine(home, Name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var lines = new DeserializerBuilder()
                .WithNamingConvention(UnderscoredNamingConvention.Instance)
                .WithDuplicateKeyChecking()
                .Build()
                .Deserialize<Lines?>(File.ReadAllText(path));
            return Read(path, lines ?? throw Wrong(path, "it is empty; without the file nothing listens"));
        }
        catch (YamlException e)
        {
            throw Wrong(path, $"line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private static ConsoleFile Read(string path, Lines lines)
    {
        if (!IPEndPoint.TryParse(lines.Listen ?? "", out var listen) || listen.Port == 0)
        {
            throw Wrong(path, "`listen` is an address with a port, such as `127.0.0.1:8643`");
        }

        var text = lines.Origin ?? $"https://{listen}";
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var origin)
            || origin.Scheme != Uri.UriSchemeHttps
            || origin.UserInfo.Length > 0
            || origin.GetLeftPart(UriPartial.Authority) != text
        )
        {
            throw Wrong(
                path,
                "`origin` is `https://`, a host in lower case and a port where it isn't 443, and nothing after it"
            );
        }

        if (lines.Tls is null && !IPAddress.IsLoopback(listen.Address))
        {
            throw Wrong(path, "an address that others reach needs `tls: { certificate: PATH, key: PATH }`");
        }

        if (
            lines.Tls is { } tls
            && (tls is not { Certificate.Length: > 0, Key.Length: > 0 } || $"{tls.Certificate}{tls.Key}".Contains('\0'))
        )
        {
            throw Wrong(path, "`tls` names two files: `{ certificate: PATH, key: PATH }`");
        }

        var idle = Time(path, lines.Sessions?.Idle, s_idle);
        var absolute = Time(path, lines.Sessions?.Absolute, s_absolute);
        var home = Path.GetDirectoryName(path)!;
        return new ConsoleFile(
            listen,
            origin,
            lines.Tls is { } files
                ? new TlsFiles(
                    Path.GetFullPath(Path.Combine(home, files.Certificate)),
                    Path.GetFullPath(Path.Combine(home, files.Key))
                )
                : null,
            idle < absolute ? idle : absolute,
            absolute
        )
        {
            OpenId = lines.Oidc?.Read(home, how => Wrong(path, how)),
        };
    }

    private static TimeSpan Time(string path, string? text, TimeSpan otherwise)
    {
        if (text is null)
        {
            return otherwise;
        }

        var time =
            text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? text[^1] switch
                {
                    's' => TimeSpan.FromSeconds(number),
                    'm' => TimeSpan.FromMinutes(number),
                    'h' => TimeSpan.FromHours(number),
                    _ => TimeSpan.Zero,
                }
                : TimeSpan.Zero;
        return time > TimeSpan.Zero && time <= s_longest
            ? time
            : throw Wrong(path, "a limit of `sessions` is a time of at most a day, such as `30m` or `12h`");
    }

    private static ControlException Wrong(string path, string how) =>
        new(new ControlProblem(Invalid, $"`{path}` can't be read: {how}"));

    private sealed class Lines
    {
        public string? Listen { get; set; }

        public string? Origin { get; set; }

        public TlsLines? Tls { get; set; }

        public SessionLines? Sessions { get; set; }

        public OpenIdLines? Oidc { get; set; }
    }

    private sealed class TlsLines
    {
        public string Certificate { get; set; } = "";

        public string Key { get; set; } = "";
    }

    private sealed class SessionLines
    {
        public string? Idle { get; set; }

        public string? Absolute { get; set; }
    }
}
