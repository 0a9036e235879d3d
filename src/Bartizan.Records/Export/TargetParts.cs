using System.Globalization;
using Bartizan.Core.Enforcement;

namespace Bartizan.Records.Export;

/// <summary>
/// A target in the parts that other schemas have fields for. A refused target may be anything an agent wrote, so what doesn't
/// read as its verb's form stays whole in <see cref="Name"/>.
/// </summary>
public sealed record TargetParts
{
    /// <summary>The model, tool, path, command or address without what the other parts say.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The provider or server in front of the name.</summary>
    public string? Owner { get; private init; }

    /// <summary>The host.</summary>
    public string? Host { get; private init; }

    /// <summary>The port; 0 when there is none.</summary>
    public int Port { get; private init; }

    /// <summary>The HTTP method.</summary>
    public string? Method { get; private init; }

    /// <summary>The scheme of an address.</summary>
    public string? Scheme { get; private init; }

    /// <summary>The path of an address.</summary>
    public string? Path { get; private init; }

    /// <summary>Reads a target.</summary>
    public static TargetParts Of(Verb verb, string? target)
    {
        var text = target ?? "";
        var whole = new TargetParts { Name = text };
        return verb switch
        {
            Verb.Model or Verb.Tool => Owned(text) ?? whole,
            Verb.Connect => At(text) ?? whole,
            Verb.Http => Address(text) ?? whole,
            _ => whole,
        };
    }

    private static TargetParts? Owned(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < text.Length - 1
            ? new TargetParts { Name = text[(slash + 1)..], Owner = text[..slash] }
            : null;
    }

    private static TargetParts? At(string text)
    {
        var colon = text.LastIndexOf(':');
        return
            colon > 0
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port <= ushort.MaxValue
            && HostName.TryParse(text.AsSpan(0, colon), out var host, out _)
            ? new TargetParts
            {
                Name = text,
                Host = host.Text,
                Port = port,
            }
            : null;
    }

    // `METHOD scheme://host:port/path`, as HttpTarget writes it.
    private static TargetParts? Address(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var mark = text.IndexOf("://", StringComparison.Ordinal);
        if (space <= 0 || mark < space)
        {
            return null;
        }

        var rest = text[(mark + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && At(rest[..slash]) is { } at
            ? at with
            {
                Name = text[(space + 1)..],
                Method = text[..space],
                Scheme = text[(space + 1)..mark],
                Path = rest[slash..],
            }
            : null;
    }
}
