using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Approvals;

namespace Bartizan.Daemon.Approvals.Messages;

/// <summary>
/// What people are told of an ask. It answers nothing and opens nothing: no link, no token; who wants to answer uses the command, as the
/// person whom the host knows. Its texts are those of <see cref="ActionText"/>, put where no receiver reads markup.
/// </summary>
internal sealed record AskMessage(
    string Id,
    string Digest,
    string Title,
    IReadOnlyList<(string Name, string Text)> Facts
)
{
    private const string CardSchema = "http://adaptivecards.io/schemas/adaptive-card.json";

    /// <summary>Slack takes 150 characters in a header and 3,000 in a text.</summary>
    private const int MaxHeader = 150;

    private const int MaxText = 2900;

    public static AskMessage Of(WaitingAsk ask, bool details)
    {
        var request = ask.Request;
        var rule = request.Decision.Rules.FirstOrDefault(r => r.Text.StartsWith("ask:", StringComparison.Ordinal));
        List<(string, string)> facts =
        [
            ("agent", $"{request.Session.Agent}, started by {request.Session.StartedBy}"),
            ("why", ShownText.Bounded(rule?.Why ?? request.Decision.Reason)),
            ("needs", ask.Count.Needs),
            ("until", ask.Until.ToString("u", CultureInfo.InvariantCulture)),
            ("answer", $"bartizan approvals show {request.Id}"),
            ("digest", request.Digest.ToString()),
        ];
        facts.AddRange(details ? ask.Text.Details.Select(line => ("", line)) : []);
        return new AskMessage(request.Id, request.Digest.ToString(), ask.Text.Title, facts);
    }

    public byte[] ToJson() =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                id = Id,
                digest = Digest,
                action = Title,
                facts = Facts.Select(fact => new { name = fact.Name, text = fact.Text }),
            }
        );

    /// <summary>Blocks of plain text alone: <c>mrkdwn</c> would read links and mentions out of an agent's words.</summary>
    public byte[] ToSlack() =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                text = $"approval {Id} is asked for",
                blocks = new object[]
                {
                    new { type = "header", text = Plain($"approval {Id} is asked for", MaxHeader) },
                    new { type = "section", text = Plain(Title, MaxText) },
                }.Concat(
                    Facts.Select(fact => new { type = "context", elements = new[] { Plain(LineOf(fact), MaxText) } })
                ),
            }
        );

    /// <summary>Text runs, which no client reads as markup; a <c>TextBlock</c> would be.</summary>
    public byte[] ToTeams() =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                type = "message",
                attachments = new[]
                {
                    new
                    {
                        contentType = "application/vnd.microsoft.card.adaptive",
                        content = new Dictionary<string, object>
                        {
                            ["$schema"] = CardSchema,
                            ["type"] = "AdaptiveCard",
                            ["version"] = "1.4",
                            ["body"] = new[] { $"approval {Id} is asked for", Title }
                                .Concat(Facts.Select(LineOf))
                                .Select(line => new
                                {
                                    type = "RichTextBlock",
                                    inlines = new[] { new { type = "TextRun", text = line } },
                                }),
                        },
                    },
                },
            }
        );

    /// <summary>The lines of a mail.</summary>
    public IEnumerable<string> ToLines() => [Title, "", .. Facts.Select(LineOf)];

    private static string LineOf((string Name, string Text) fact) =>
        fact.Name.Length == 0 ? fact.Text : $"{fact.Name}: {fact.Text}";

    private static object Plain(string text, int most) =>
        new
        {
            type = "plain_text",
            emoji = false,
            text = text.Length <= most ? text : text[..(most - 1)] + "…",
        };
}
