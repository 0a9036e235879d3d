using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Records.Queries;

/// <summary>Reads from an entry the texts that a query names. What projections keep is taken from here too.</summary>
internal static class EntryTexts
{
    /// <summary>An entry's texts of one field; none when it doesn't have it.</summary>
    public static IEnumerable<string> Of(TextField field, Entry entry)
    {
        switch (field)
        {
            case TextField.Agent:
                return entry.Agent is { } agent ? [agent, NameOf(agent)] : [];
            case TextField.Tool:
                return entry.Verb == Verb.Tool && entry.Target is { } tool
                    ? entry.ToolCalls.Prepend(tool)
                    : entry.ToolCalls;
            case TextField.Rule:
                return entry.Rules.SelectMany(rule => (string[])[rule.Text, rule.Place, rule.Layer]);
            default:
                return One(field, entry) is { Length: > 0 } text ? [text] : [];
        }
    }

    /// <summary>Where text without a key is looked for.</summary>
    public static IEnumerable<string> Free(Entry entry)
    {
        foreach (
            var text in (string?[])
                [entry.Target, entry.Reason, entry.Detail, entry.Needed, entry.Credential, entry.Agent, entry.Person]
        )
        {
            if (text is not null)
            {
                yield return text;
            }
        }

        foreach (var rule in entry.Rules)
        {
            yield return rule.Text;
        }

        foreach (var tool in entry.ToolCalls)
        {
            yield return tool;
        }
    }

    /// <summary>The agent's name without its version.</summary>
    public static string NameOf(string agent)
    {
        var at = agent.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? agent : agent[..at];
    }

    /// <summary>The host of <c>host:port</c> or <c>METHOD scheme://host:port/path</c>; null for any other target.</summary>
    public static string? HostOf(Entry entry)
    {
        if (entry.Verb is not (Verb.Http or Verb.Connect) || entry.Target is not { } target)
        {
            return null;
        }

        var start = target.IndexOf("://", StringComparison.Ordinal);
        var rest = start < 0 ? target : target[(start + 3)..];
        var slash = rest.AsSpan().IndexOfAny('/', '?', '#');
        rest = slash < 0 ? rest : rest[..slash];
        var port = rest.LastIndexOf(':');
        return port < 0 || rest.EndsWith(']') ? rest : rest[..port];
    }

    private static string? One(TextField field, Entry entry) =>
        field switch
        {
            TextField.Person => entry.Person,
            TextField.Session => entry.Session.ToString(),
            TextField.Target => entry.Target,
            TextField.Host => HostOf(entry),
            TextField.Model => entry.Verb == Verb.Model ? entry.Target : null,
            TextField.Reason => entry.Reason,
            TextField.Detail => entry.Detail,
            TextField.Credential => entry.Credential,
            TextField.Point => entry.Point,
            TextField.Policy => entry.Policy == default ? null : entry.Policy.ToString(),
            TextField.Action => entry.Action == default ? null : entry.Action.ToString(),
            _ => null,
        };
}
