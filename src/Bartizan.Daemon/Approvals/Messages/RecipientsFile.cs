using System.Collections.Immutable;
using Bartizan.Client;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Bartizan.Daemon.Approvals.Messages;

/// <summary>
/// <c>approvals.yaml</c> of the state directory: who is told that an ask waits. It isn't part of a manifest: who writes what an agent may
/// do doesn't choose where its asks are shown.
/// <code>
/// tell:
///   - { name: ops, kind: slack, url: "file:/etc/bartizan/slack-url" }
///   - { name: hook, kind: webhook, url: "https://hooks.example.com/asks", secret: "file:/etc/bartizan/hook-key" }
///   - { name: mail, kind: email, url: "smtps://mail.example.com:465", user: bot, secret: "file:/etc/bartizan/mail", from: bot@example.com, to: [ops@example.com] }
/// </code>
/// </summary>
internal static class RecipientsFile
{
    public const string Name = "approvals.yaml";

    /// <summary>Places of one instance: each is a queue and a connection of its own.</summary>
    public const int MaxRecipients = 16;

    private const int Invalid = 3;

    /// <summary>Reads the file; nobody is told without one.</summary>
    /// <exception cref="ControlException">When it has a mistake.</exception>
    public static ImmutableArray<Recipient> Load(string home)
    {
        var path = Path.Combine(home, Name);
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            var read = new DeserializerBuilder()
                .WithNamingConvention(LowerCaseNamingConvention.Instance)
                .WithDuplicateKeyChecking()
                .Build()
                .Deserialize<Lines?>(File.ReadAllText(path));
            var all = (read?.Tell ?? []).Select(line => Read(path, line)).ToImmutableArray();
            return all.Length > MaxRecipients ? throw Wrong(path, $"it names more than {MaxRecipients} places")
                : all.DistinctBy(one => one.Name, StringComparer.Ordinal).Count() < all.Length
                    ? throw Wrong(path, "two places have one name")
                : all;
        }
        catch (YamlException e)
        {
            throw Wrong(path, $"line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private static Recipient Read(string path, Line? line)
    {
        if (
            line is not { Name.Length: > 0, Url.Length: > 0 }
            || !Enum.TryParse<MessageKind>(line.Kind, ignoreCase: true, out var kind)
            || !Enum.IsDefined(kind)
            || kind == MessageKind.None
            || char.IsAsciiDigit(line.Kind[0])
        )
        {
            throw Wrong(path, "each place has a `name`, a `url` and a `kind`: webhook, slack, teams or email");
        }

        var indirect =
            line.Url.StartsWith("file:", StringComparison.Ordinal)
            || line.Url.StartsWith("env:", StringComparison.Ordinal);
        var fits = kind == MessageKind.Email ? IsMail(line.Url) : indirect || IsWeb(line.Url);
        if (!fits)
        {
            throw Wrong(
                path,
                $"`{line.Name}` needs {(kind == MessageKind.Email ? "`smtps://host:port`, or `smtp://` on loopback" : "`https://…`, or `http://` on loopback")}"
            );
        }

        if (kind == MessageKind.Webhook && line.Secret is null)
        {
            throw Wrong(path, $"`{line.Name}` needs a `secret`: a message that isn't signed could be anybody's");
        }

        if (
            kind == MessageKind.Email
            && (!IsAddress(line.From) || line.To.Count == 0 || !line.To.TrueForAll(IsAddress))
        )
        {
            throw Wrong(path, $"`{line.Name}` needs `from` and `to`, each an address");
        }

        return
            line.Secret is { } secret
            && !secret.StartsWith("file:", StringComparison.Ordinal)
            && !secret.StartsWith("env:", StringComparison.Ordinal)
            ? throw Wrong(path, $"the secret of `{line.Name}` comes from `file:` or `env:`, not from this file")
            : new Recipient
            {
                Name = line.Name,
                Kind = kind,
                Url = line.Url,
                Secret = line.Secret,
                User = line.User,
                From = line.From,
                To = [.. line.To],
                Details = line.Details,
            };
    }

    private static bool IsWeb(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    private static bool IsMail(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Port > 0
        && (url.Scheme == "smtps" || (url.Scheme == "smtp" && url.IsLoopback));

    // What stands in an envelope and a header: nothing that ends a line or an address.
    private static bool IsAddress(string text) =>
        text.Length is > 2 and < 255
        && text.Contains('@', StringComparison.Ordinal)
        && text.All(c => c is > ' ' and < '\x7f' and not ('<' or '>' or ',' or ';' or '"'));

    private static ControlException Wrong(string path, string how) =>
        new(new ControlProblem(Invalid, $"`{path}` can't be read: {how}"));

    private sealed class Lines
    {
        public List<Line?> Tell { get; set; } = [];
    }

    private sealed class Line
    {
        public string Name { get; set; } = "";

        public string Kind { get; set; } = "";

        public string Url { get; set; } = "";

        public string? Secret { get; set; }

        public string? User { get; set; }

        public string From { get; set; } = "";

        public List<string> To { get; set; } = [];

        public bool Details { get; set; }
    }
}
