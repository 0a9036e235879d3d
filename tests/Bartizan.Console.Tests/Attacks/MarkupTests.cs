using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.Events;
using Bartizan.Client.Records;
using Bartizan.Client.Sessions;

namespace Bartizan.Console.Tests.Attacks;

/// <summary>Whatever an agent writes, and wherever it is shown, it is text.</summary>
public sealed class MarkupTests
{
    private const string AskId = "a-0123456789ab";

    private static readonly string[] s_paths =
    [
        "/",
        $"/sessions/{Made.SessionId(1)}",
        $"/sessions/{Made.SessionId(1)}/kill",
        "/switch/pause",
        "/approvals",
        $"/approvals/{AskId}",
        "/log",
        "/log/3",
        "/findings",
        "/figures",
    ];

    // Everything that the console's own pages are made of.
    private static readonly HashSet<string> s_elements = new(
        "a body button caption code dd details div dl dt figcaption figure footer form h1 h2 head header html img input label li link main meta nav ol option p script section select span summary table tbody td template textarea th thead time title tr ul".Split(
            ' '
        ),
        StringComparer.Ordinal
    );

    public static TheoryData<string> Texts => [.. HostileTexts.All];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Hostile_text_in_every_field_of_every_page_stays_text(string text)
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        Arm(host.Script!, text);
        using var client = Visitor.Of(host);

        foreach (var path in s_paths)
        {
            using var answer = await client.GetAsync(
                new Uri(path, UriKind.Relative),
                TestContext.Current.CancellationToken
            );
            var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            ((int)answer.StatusCode).ShouldBe(200, $"{path}: {html}");
            Inspect(path, html);
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Hostile_text_in_what_is_refused_and_in_what_is_live_stays_text(string text)
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        Arm(host.Script!, text);
        host.Script!.On("LogAsync", _ => throw new ControlException(new ControlProblem(2, text, text)));
        host.Script.On("ProofAsync", _ => throw new ControlException(new ControlProblem(4, text, text)));
        using var client = Visitor.Of(host);

        foreach (var path in (string[])[$"/log?query={Uri.EscapeDataString(text)}", "/log/7"])
        {
            using var answer = await client.GetAsync(
                new Uri(path, UriKind.Relative),
                TestContext.Current.CancellationToken
            );
            var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            ((int)answer.StatusCode).ShouldBeInRange(400, 499, html);
            Inspect(path, html);
        }

        using var live = await client.GetStreamAsync(
            new Uri("/live", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        using var reader = new StreamReader(live);
        var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        line.ShouldNotBeNull().ShouldStartWith("data: {");
        line.ShouldContain(HostileTexts.Mark);
        line.ShouldNotContain('<');
    }

    private static void Arm(ScriptedInstance script, string text)
    {
        var session = HostileTexts.Fill<SessionSummary>(text) with { Session = Made.SessionId(1) };
        var row = HostileTexts.Fill<LogRow>(text);
        string[] kinds = [text, "intent", "outcome", "refusal", "approval", "finding", "state", "vault"];
        script.Live = [session];
        script.Status = HostileTexts.Fill<StatusReply>(text) with { Endpoints = null };
        script.Asks = [HostileTexts.Fill<AskLine>(text) with { Id = AskId, WhyNot = null, Scope = text }];
        script.Log =
        [
            .. kinds.Select(
                (kind, at) => row with { Index = at, Kind = kind, Session = at == 0 ? text : Made.SessionId(1) }
            ),
        ];
        script.On("ProofAsync", _ => Task.FromResult(HostileTexts.Fill<ProofReply>(text)));
        script.On("CountsAsync", _ => Task.FromResult(HostileTexts.Fill<CountsReply>(text)));
        script.Changes = _ =>
            Told(
                new LiveChange
                {
                    Sessions = [session],
                    Gone = [text],
                    Findings = [row],
                    Asks = [text],
                }
            );
    }

    private static async IAsyncEnumerable<LiveChange?> Told(LiveChange change)
    {
        yield return change;
        await Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
    }

    private static void Inspect(string path, string html)
    {
        var page = new HtmlParser().ParseDocument(html);
        html.ShouldContain(HostileTexts.Mark, customMessage: path);
        html.ShouldNotContain('\u202e', path);
        html.ShouldNotContain('\u200b', path);
        html.ShouldNotContain('\0', path);
        foreach (var element in page.All.Concat(page.QuerySelectorAll("template").SelectMany(Inside)))
        {
            s_elements.ShouldContain(element.LocalName, $"{path}: {element.OuterHtml}");
            foreach (var attribute in element.Attributes)
            {
                Attribute(path, element, attribute);
            }

            if (element.LocalName == "script")
            {
                element.TextContent.ShouldBeEmpty(path);
            }
        }
    }

    private static IEnumerable<IElement> Inside(IElement template) =>
        ((AngleSharp.Html.Dom.IHtmlTemplateElement)template).Content.QuerySelectorAll("*");

    // What others wrote stands in values of fields and in marks that styles go by, and nowhere where a browser follows or runs it.
    private static void Attribute(string path, IElement element, IAttr attribute)
    {
        var where = $"{path}: {element.OuterHtml}";
        attribute.Name.ShouldNotStartWith("on", customMessage: where);
        attribute.Name.ShouldNotBe("style", where);
        if (attribute.Name is "href" or "src" or "action")
        {
            (attribute.Value.StartsWith('/') || attribute.Value == "#main").ShouldBeTrue(where);
            attribute.Value.ShouldNotStartWith("//", customMessage: where);
            if (!attribute.Value.StartsWith("/log?query=", StringComparison.Ordinal))
            {
                attribute.Value.ShouldNotContain(HostileTexts.Mark, customMessage: where);
            }
        }
        else if (attribute.Value.Contains(HostileTexts.Mark, StringComparison.Ordinal))
        {
            attribute.Name.ShouldBeOneOf(["value", "data-state"], where);
        }
    }
}
