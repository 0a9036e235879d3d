using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Client.Approvals;
using Bartizan.Core.Approvals;

namespace Bartizan.Cli.Commands;

/// <summary>Asks for equal actions stand together: a person reads the action once, and sees how many wait for it.</summary>
internal static class AskGroups
{
    /// <summary>Ids of equal asks that a row names; the rest is a number.</summary>
    private const int MaxNamed = 4;

    /// <summary>The table of what waits, a row for each action.</summary>
    public static IReadOnlyList<string[]> Rows(IReadOnlyList<AskLine> asks, int shortDigest) =>
        [
            .. asks.GroupBy(ask => ask.Group, StringComparer.Ordinal)
                .Select(group => (First: group.First(), Others: group.Skip(1).Select(ask => ask.Id).ToList()))
                .Select(group =>
                    (string[])
                        [
                            group.First.Id,
                            group.First.Agent,
                            group.Others.Count == 0
                                ? group.First.Action
                                : $"{group.First.Action} {Named(group.Others)}",
                            group.First.Needs,
                            group.First.Until.ToString("u", CultureInfo.InvariantCulture),
                            group.First.Digest[..Math.Min(shortDigest, group.First.Digest.Length)],
                        ]
                ),
        ];

    /// <summary>What waits for an action that is equal to that of an ask, and the digest of that list; all of it without an id.</summary>
    public static AsksReply Like(AsksReply reply, string? id)
    {
        if (id is null)
        {
            return reply;
        }

        var group = reply.Asks.FirstOrDefault(ask => ask.Id == id)?.Group;
        List<AskLine> equal = [.. reply.Asks.Where(ask => ask.Group == group)];
        return new AsksReply(equal, ApprovalList.DigestOf(equal.Select(ask => (ask.Id, ask.Digest))).ToString());
    }

    /// <summary>Shows a list whole, and the digest over it.</summary>
    public static void Show(AsksReply reply, Action<AskLine> show)
    {
        foreach (var ask in reply.Asks)
        {
            show(ask);
        }

        Screen.Line($"{reply.Asks.Count} asks; the whole list: {reply.List}");
    }

    private static string Named(List<string> others)
    {
        var named = string.Join(", ", others.Take(MaxNamed));
        var more = others.Count > MaxNamed ? $" and {others.Count - MaxNamed} more" : "";
        return string.Create(CultureInfo.InvariantCulture, $"×{others.Count + 1}, the same as {named}{more}");
    }
}
