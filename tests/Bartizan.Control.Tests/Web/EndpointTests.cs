using System.Net;
using Bartizan.Client.Approvals;
using Bartizan.Client.People;
using Bartizan.Client.Sessions;
using Bartizan.Control.People;
using Bartizan.Control.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Control.Tests.Web;

public sealed class EndpointTests
{
    // Every endpoint, the act that it must declare, and a body that it takes. Written by hand: a new one must be thought about here.
    private static readonly (string Method, string Path, Act Act, object? Body)[] s_all =
    [
        ("GET", "/v1/entry", Act.Enter, null),
        ("GET", "/auth/openid/begin", Act.Enter, null),
        ("GET", "/auth/openid/callback", Act.Enter, null),
        (
            "POST",
            "/v1/enter",
            Act.Enter,
            new EnterRequest
            {
                Person = "x@y.z",
                Passphrase = "p",
                Code = "1",
            }
        ),
        ("POST", "/v1/break-glass", Act.Enter, new BreakGlassRequest { Token = "t" }),
        ("POST", "/v1/setup", Act.Enter, new SetupRequest { Person = "x@y.z", Token = "t" }),
        ("GET", "/v1/me", Act.SeeOneself, null),
        ("GET", "/v1/me/sessions", Act.KeepOneself, null),
        ("POST", "/v1/leave", Act.KeepOneself, new LeaveRequest { Session = "none" }),
        ("POST", "/v1/tokens", Act.KeepOwnTokens, new TokensRequest()),
        ("GET", "/v1/status", Act.SeeInstance, null),
        ("GET", "/v1/sessions", Act.SeeSessions, null),
        ("POST", "/v1/sessions/pause", Act.SwitchSessions, new SwitchRequest { Session = "s1" }),
        ("POST", "/v1/sessions/resume", Act.SwitchSessions, new SwitchRequest { Session = "s1" }),
        ("POST", "/v1/sessions/kill", Act.SwitchSessions, new SwitchRequest { Session = "s1" }),
        ("POST", "/v1/sessions/labels", Act.SeeContent, new LabelsRequest { Session = "s1" }),
        ("POST", "/v1/sessions/clear-label", Act.AnswerAsks, new LabelsRequest { Session = "s1" }),
        ("GET", "/v1/approvals", Act.SeeSessions, null),
        ("GET", "/v1/approvals/waiting", Act.SeeSessions, null),
        ("GET", "/v1/approvals/waiting/{ask}", Act.SeeAsks, null),
        ("GET", "/v1/approvals/statistics", Act.SeeAsks, null),
        ("POST", "/v1/approvals/answer", Act.AnswerAsks, new AnswerRequest { Id = "a1", Digest = "d" }),
        (
            "POST",
            "/v1/approvals/batch",
            Act.AnswerAsks,
            new BatchRequest { Items = [new AskReference("a1", "d")], List = "l" }
        ),
        ("GET", "/v1/log", Act.SeeLog, null),
        ("GET", "/v1/findings", Act.SeeLog, null),
        ("GET", "/v1/sessions/{session}/timeline", Act.SeeLog, null),
        ("GET", "/v1/log/{index:long}/proof", Act.SeeLog, null),
        ("GET", "/v1/counts", Act.SeeLog, null),
        ("GET", "/v1/events", Act.SeeLog, null),
        ("GET", "/v1/people", Act.SeePeople, null),
        ("GET", "/v1/people/sessions", Act.SeePeople, null),
        ("POST", "/v1/people", Act.ChangePeople, new PeopleRequest { Verb = PeopleVerb.List }),
    ];

    [Fact]
    public async Task The_list_has_every_endpoint_with_what_it_declares()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Server.Endpoints.ShouldBe(s_all.Select(one => (one.Method, one.Path, one.Act)), ignoreOrder: true);
    }

    [Fact]
    public async Task Nobody_who_isnt_signed_in_reaches_more_than_the_entrance()
    {
        await using var scene = await WebScene.OpenAsync();
        foreach (var (method, path, act, body) in s_all)
        {
            using var response =
                method == "GET" ? await scene.GetAsync(Asked(path)) : await scene.PostAsync(path, body!);
            var expected =
                act != Act.Enter ? HttpStatusCode.Unauthorized
                : path.StartsWith("/auth", StringComparison.Ordinal) ? HttpStatusCode.NotFound
                : method == "GET" ? HttpStatusCode.OK
                : HttpStatusCode.Unauthorized;
            response.StatusCode.ShouldBe(expected, path);
        }

        scene.Shown.Done.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Role.None)]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Approver)]
    [InlineData(Role.Operator)]
    [InlineData(Role.Administrator)]
    public async Task Each_role_reaches_what_its_acts_are_and_nothing_else(Role role)
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support");
        scene.Shown.Ask("a1", "support");
        var grants = role == Role.None ? [] : new[] { Grant.OfEverything(role) };
        var browser = await scene.AddAndEnterAsync("alice@example.com", grants);
        foreach (var (method, path, act, body) in s_all.Where(one => one.Act != Act.Enter))
        {
            using var response =
                method == "GET"
                    ? await scene.GetAsync(Asked(path), browser)
                    : await scene.PostAsync(path, body!, browser);
            var may = Permission.Of([.. grants], act, null);
            response.StatusCode.ShouldBe(may ? HttpStatusCode.OK : HttpStatusCode.Forbidden, $"{role} {path}");
        }
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Approver)]
    [InlineData(Role.Operator)]
    public async Task Who_has_a_role_for_other_agents_neither_sees_nor_does_anything_here(Role role)
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support");
        scene.Shown.Ask("a1", "support");
        var browser = await scene.AddAndEnterAsync("alice@example.com", new Grant(role, ["billing-*"]));
        (await ReadAsync<List<SessionSummary>>(scene, "/v1/sessions", browser)).ShouldBeEmpty();
        (await ReadAsync<AsksReply>(scene, "/v1/approvals", browser)).Asks.ShouldBeEmpty();
        (await ReadAsync<WaitingReply>(scene, "/v1/approvals/waiting", browser)).Count.ShouldBe(0);
        using (var one = await scene.GetAsync("/v1/approvals/waiting/a1", browser))
        {
            one.StatusCode.ShouldBe(role == Role.Approver ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden);
        }

        var status = await ReadAsync<Client.StatusReply>(scene, "/v1/status", browser);
        status.Sessions.ShouldBe(0);
        status.Circuits.ShouldBeEmpty();
        status.Served.ShouldBeEmpty();
        status.LogProblem.ShouldBeNull();
        foreach (
            var (_, path, _, body) in s_all.Where(one =>
                one.Method == "POST" && one.Act is Act.SwitchSessions or Act.AnswerAsks or Act.SeeContent
            )
        )
        {
            using var response = await scene.PostAsync(path, body!, browser);
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        }

        foreach (
            var wide in (SwitchRequest[])
                [
                    new() { All = true },
                    new() { Agent = "support" },
                    new() { Agent = "billing-1", All = true },
                    new() { Agent = "billing-1", Session = "s1" },
                    new() { Session = "not-there" },
                    new(),
                ]
        )
        {
            using var response = await scene.PostAsync("/v1/sessions/kill", wide, browser);
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        scene.Shown.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_role_for_an_agent_is_enough_for_that_agent()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support-eu");
        scene.Shown.Run("s2", "billing");
        var browser = await scene.AddAndEnterAsync("alice@example.com", new Grant(Role.Operator, ["support-*"]));
        (await ReadAsync<List<SessionSummary>>(scene, "/v1/sessions", browser))
            .Select(one => one.Session)
            .ShouldBe(["s1"]);
        using var response = await scene.PostAsync("/v1/sessions/kill", new SwitchRequest { Session = "s1" }, browser);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        scene.Shown.Done.ShouldBe(["KillAsync by alice@example.com"]);
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("pause")]
    [InlineData("resume")]
    public async Task All_is_all_that_its_person_may_switch_and_nothing_else(string verb)
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support-eu");
        scene.Shown.Run("s2", "billing");
        scene.Shown.Run("s3", "support-us");
        var some = await scene.AddAndEnterAsync("alice@example.com", new Grant(Role.Operator, ["support-*"]));
        var none = await scene.AddAndEnterAsync("carol@example.com", new Grant(Role.Operator, ["sales"]));
        var all = await scene.AddAndEnterAsync("bob@example.com", Grant.OfEverything(Role.Operator));
        var path = $"/v1/sessions/{verb}";

        using var narrowed = await scene.PostAsync(path, new SwitchRequest { All = true, Reason = "r" }, some);
        narrowed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await WebScene.ReadAsync<SwitchReply>(narrowed)).Sessions.ShouldBe(["s1", "s3"], ignoreOrder: true);
        scene.Shown.Switched.ShouldAllBe(one => !one.All && one.Agent == null && one.Reason == "r");
        scene.Journal.Entries.ShouldContain(entry =>
            entry.Detail == $"asked: {path}" && entry.Target == "all of support-eu, support-us"
        );
        using var nothing = await scene.PostAsync(path, new SwitchRequest { All = true }, none);
        nothing.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        scene.Shown.Switched.Count.ShouldBe(2);
        using var whole = await scene.PostAsync(path, new SwitchRequest { All = true }, all);
        scene.Shown.Switched[2].All.ShouldBeTrue();
    }

    [Fact]
    public async Task Who_sees_some_agents_is_not_told_how_long_the_log_is()
    {
        await using var scene = await WebScene.OpenAsync();
        var some = await scene.AddAndEnterAsync("alice@example.com", new Grant(Role.Viewer, ["support-*"]));
        var all = await scene.AddAndEnterAsync("bob@example.com", Grant.OfEverything(Role.Viewer));

        var told = await ReadAsync<Client.StatusReply>(scene, "/v1/status", some);
        (told.Entries, told.Syncs).ShouldBe((0, 0));
        told = await ReadAsync<Client.StatusReply>(scene, "/v1/status", all);
        (told.Entries, told.Syncs).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_page_without_a_declared_permission_isnt_there()
    {
        await using var scene = await WebScene.OpenAsync(
            new WebPages(_ => { }, routes => routes.MapGet("/page", () => "words"))
        );
        using var page = await scene.GetAsync("/page");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        scene.Server.Endpoints.ShouldContain(("GET", "/page", Act.SeePage));
        using var none = await scene.GetAsync("/nothing");
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_done_is_an_entry_with_who_where_from_and_by_what_before_it_is_done()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support");
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Operator));
        var seen = -1;
        scene.Journal.Before = (_, _) =>
        {
            seen = scene.Shown.Done.Count;
            return Task.CompletedTask;
        };
        using var response = await scene.PostAsync("/v1/sessions/kill", new SwitchRequest { Session = "s1" }, browser);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        seen.ShouldBe(0);
        var entry = scene.Journal.Entries[^1];
        entry.Person.ShouldBe("alice@example.com");
        entry.Target.ShouldBe("s1 of support");
        entry.Detail.ShouldBe("asked: /v1/sessions/kill");
        entry.Reason.ShouldBe($"from 127.0.0.1, session {browser.Session} (passphrase)");
    }

    [Fact]
    public async Task What_cant_be_recorded_isnt_done()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support");
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Operator));
        scene.Journal.Before = (_, _) => throw new IOException("full");
        using var response = await scene.PostAsync("/v1/sessions/kill", new SwitchRequest { Session = "s1" }, browser);
        ((int)response.StatusCode).ShouldBeGreaterThanOrEqualTo(500);
        scene.Shown.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task Somebody_with_an_account_of_the_host_is_known_by_it_here_too()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Ask("a1", "support");
        scene.Accounts["alice@example.com"] = "alice";
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Approver));
        using var response = await scene.PostAsync(
            "/v1/approvals/answer",
            new AnswerRequest { Id = "a1", Digest = "d" },
            browser
        );
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        scene.Shown.Done.ShouldBe(["AnswerAsync by alice"]);
    }

    private static string Asked(string path) =>
        path.Replace("{session}", "s1", StringComparison.Ordinal)
            .Replace("{index:long}", "1", StringComparison.Ordinal)
            .Replace("{ask}", "a1", StringComparison.Ordinal);

    private static async Task<T> ReadAsync<T>(WebScene scene, string path, Browser browser)
    {
        using var response = await scene.GetAsync(path, browser);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        return await WebScene.ReadAsync<T>(response);
    }
}
