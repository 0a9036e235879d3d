using Bartizan.Client.Records;
using Microsoft.Playwright;

namespace Bartizan.Console.Tests;

/// <summary>axe on every page, at both widths, in the light and in the dark; and screenshots of them where a folder is named for it.</summary>
public sealed class AccessibilityTests(Chromium chromium)
{
    private const string Script =
        "async () => JSON.stringify((await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => ({ id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html + ' ' + (n.any[0]?.message ?? '')).slice(0, 4) })))";

    public static TheoryData<string, string> Pages =>
        new()
        {
            { "sessions", "/" },
            { "session", $"/sessions/{Made.SessionId(1)}" },
            { "kill", $"/sessions/{Made.SessionId(1)}/kill" },
            { "approvals", "/approvals" },
            { "approval", "/approvals/a-0123456789ab" },
            { "log", "/log?query=decision%3Adeny" },
            { "entry", "/log/3" },
            { "findings", "/findings" },
            { "figures", "/figures" },
            { "set-up", "/set-up" },
            { "problem", "/sessions/nothing" },
        };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task No_page_has_a_serious_issue(string name, string path)
    {
        var axe = await Axe.SourceAsync();
        Assert.SkipWhen(axe is null, "axe-core can't be fetched: npm is needed");
        await using var host = await ConsoleHost.ScriptedAsync();
        Furnish(host);
        foreach (var (width, dark) in ((int, bool)[])[(1280, false), (1280, true), (390, false), (390, true)])
        {
            await using var window = await chromium.OpenAsync(host.Address, width, dark);
            await window.Page.AddInitScriptAsync(axe);
            await window.GoAsync(path);
            if (name == "figures")
            {
                await window.Page.WaitForSelectorAsync("#tokens canvas");
            }

            await ShootAsync(window, $"{name}-{width}-{(dark ? "dark" : "light")}");
            await LookAsync(window, $"{name} at {width} pixels{(dark ? " in the dark" : "")}");
        }
    }

    /// <summary>Looks at a page of another test's, at both widths and in both schemes.</summary>
    internal static async Task InspectAsync(Window window, string name)
    {
        if (await Axe.SourceAsync() is not { } axe)
        {
            return;
        }

        await window.Page.EvaluateAsync(axe);
        foreach (var (width, dark) in ((int, bool)[])[(390, true), (390, false), (1280, true), (1280, false)])
        {
            await window.Page.SetViewportSizeAsync(width, 860);
            await window.Page.EmulateMediaAsync(
                new PageEmulateMediaOptions { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light }
            );
            await ShootAsync(window, $"{name}-{width}-{(dark ? "dark" : "light")}");
            await LookAsync(window, $"{name} at {width} pixels{(dark ? " in the dark" : "")}");
        }
    }

    private static async Task LookAsync(Window window, string what)
    {
        (await window.Page.EvaluateAsync<string>(Script)).ShouldBe("[]", what);
        var wide = await window.Page.EvaluateAsync<int>(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        );
        wide.ShouldBe(0, $"{what}: it is too wide");
    }

    private static async Task ShootAsync(Window window, string name)
    {
        if (Environment.GetEnvironmentVariable("BARTIZAN_SHOTS") is { Length: > 0 } folder)
        {
            await window.Page.ScreenshotAsync(
                new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png"), FullPage = true }
            );
        }
    }

    private static void Furnish(ConsoleHost host)
    {
        var script = host.Script!;
        string[] agents = ["support@7", "triage@3", "billing@12", "release-notes@2", "data-cleanup@1"];
        string[] states = ["running", "running", "paused", "running", "ending", "preparing"];
        script.Live = [.. Enumerable.Range(1, 14).Select(at => Made.Session(at, agents[at % 5], states[at % 6]))];
        script.Asks =
        [
            Made.Ask(),
            Made.Ask("a-0123456789ac") with
            {
                Action = "http POST https://api.payments.example/v1/refunds",
                WhyNot = "you started the session",
                Equal = 3,
            },
        ];
        script.Log =
        [
            Made.Row(0, "state", "session", "", "") with
            {
                Verb = null,
                Target = null,
                Detail = "running",
                Passage = 0,
            },
            Made.Row(1, "intent", "model", "model", "anthropic/claude-sonnet") with
            {
                Passage = 1,
            },
            Made.Row(2, "outcome", "model", "model", "anthropic/claude-sonnet") with
            {
                Passage = 1,
                Tokens = 5_312,
                MicroDollars = 41_200,
                ToolCalls = ["github/list_issues"],
            },
            Made.Row(3, "refusal", "network", "http", "GET https://pastebin.example/raw/8f3a?q=internal") with
            {
                Proof = "signed",
            },
            Made.Row(4, "intent", "tool", "tool", "github/list_issues") with
            {
                Passage = 2,
                Proof = "witnessed",
            },
            Made.Row(5, "outcome", "tool", "tool", "github/list_issues") with
            {
                Passage = 2,
                Proof = "signed",
            },
            Made.Row(6, "finding", "tool", "tool", "github/list_issues") with
            {
                Detail = "injection high 0.92",
                Reason = "the answer tells the model to ignore what it was told",
                Proof = "signed",
            },
            Made.Row(7, "approval", "approval", "tool", "mail/send") with
            {
                Person = "alice",
                Proof = "pending",
            },
            Made.Row(8, "seen", "file", "write", "workspace/notes/2026-11-23.md") with
            {
                Proof = "broken",
            },
            Made.Row(
                9,
                "intent",
                "network",
                "http",
                "GET https://docs.example.com/api/reference/very/long/path/that/has/to/wrap/somewhere"
            ) with
            {
                Passage = 3,
            },
        ];
        script.On(
            "ProofAsync",
            _ =>
                Task.FromResult(
                    new ProofReply
                    {
                        Row = script.Log[3],
                        Verified = true,
                        Says = "the proof holds: entry 3 stands in `bartizan-test`, under its checkpoint of 10 entries",
                        Origin = "bartizan-test",
                        Size = 10,
                        Root = "qq0gYF0Zr1xYQmVd3m3xZCzMZ4xA5rjI3ZCjz1r1H2s=",
                        Signers = ["bartizan-test"],
                        Key = "bartizan-test+2b3c4d5e+AXg0bWc5c2tqZGhmZ2tzamRoZmtqc2RoZmtqc2RoZg==",
                        Proof = "c2sp.org/tlog-proof@v1",
                    }
                )
        );
        script.On("CountsAsync", _ => Task.FromResult(Counts()));
    }

    private static CountsReply Counts() =>
        new(
            900,
            [
                .. Enumerable
                    .Range(0, 96)
                    .Select(at =>
                    {
                        var busy = (long)(40 * (1 + Math.Sin(at / 9.0)));
                        return new CountLine(
                            Made.Then.AddSeconds(at * 900),
                            busy,
                            at % 11 == 0 ? 7 : busy / 14,
                            at % 17 == 0 ? 1 : 0,
                            busy * 900,
                            busy * 2_400
                        );
                    }),
            ],
            Made.Then
        );
}
