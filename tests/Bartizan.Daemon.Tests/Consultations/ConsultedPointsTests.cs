using System.Text.Json.Nodes;
using Bartizan.Control.Consultations;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Daemon.Tests.Consultations;

/// <summary>What a decision point outside is told about files, over a real socket.</summary>
public sealed class ConsultedPointsTests : IAsyncLifetime
{
    private readonly List<JsonNode> _asked = [];
    private WebApplication _point = null!;
    private Uri _url = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _point = builder.Build();
        _point.Run(async context =>
        {
            _asked.Add((await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!);
            await context.Response.WriteAsync("""{"decision":true}""", context.RequestAborted);
        });
        await _point.StartAsync(Cancel);
        _url = new Uri(
            _point.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
        );
    }

    public async ValueTask DisposeAsync() => await _point.DisposeAsync();

    [Fact]
    public async Task A_link_is_asked_about_with_what_it_leads_to()
    {
        var target = new FileTarget(Verb.Write, "workspace/notes.txt", "home/.ssh/authorized_keys");

        var (report, asked) = await InspectAsync(target);

        report.Strictest.ShouldBe(Effect.Allow);
        asked["resource"]!["id"]!.GetValue<string>().ShouldBe("workspace/notes.txt -> home/.ssh/authorized_keys");
    }

    [Fact]
    public async Task A_file_that_is_no_link_is_asked_about_by_its_name()
    {
        var (_, asked) = await InspectAsync(new FileTarget(Verb.Write, "workspace/notes.txt"));

        asked["resource"]!["id"]!.GetValue<string>().ShouldBe("workspace/notes.txt");
    }

    private async Task<(GuardReport Report, JsonNode Asked)> InspectAsync(ActionTarget target)
    {
        var load = ManifestLoader.Load(
            $"""
            apiVersion: bartizan/v1
            agent: tried
            rules:
              - allow: write workspace/**
                why: The test needs it.
            consult:
              - authzen: "{_url}"
                within: 5s
                why: The test needs it.
            """,
            "agent.yaml",
            _ => null
        );
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        var manifest = load.Manifest!;
        var (session, control) = Session.Open(
            SessionId.New(),
            manifest,
            Policy.Compile(manifest),
            "alice",
            observe: false
        );
        control.Start().ShouldBeTrue();
        await using var points = new ConsultedPoints(new One(session), TimeProvider.System);
        var action = new AgentAction
        {
            Session = session.Id,
            Target = target,
            Point = "sandbox",
        };
        points.Concerns(session, action).ShouldBeTrue();
        return (await points.InspectAsync(action, Cancel), _asked.ShouldHaveSingleItem());
    }

    private sealed class One(Session session) : ISessions
    {
        public bool FleetRunning => true;

        public Session? Find(SessionId id) => id == session.Id ? session : null;
    }
}
