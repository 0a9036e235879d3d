using System.Net;
using Bartizan.Client;
using Bartizan.Control;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Console.Tests;

/// <summary>The console by itself on loopback, over a control socket.</summary>
internal sealed class ConsoleHost : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _open = new();
    private readonly ControlClient _client;
    private string? _root;

    private ConsoleHost(ControlClient client) => _client = client;

    public Uri Address { get; private set; } = null!;

    /// <summary>What the scripted instance answers; null over a real one.</summary>
    public ScriptedInstance? Script { get; private init; }

    /// <summary>Over a scripted instance, behind a real control API.</summary>
    public static async Task<ConsoleHost> ScriptedAsync()
    {
        var root = Directory.CreateTempSubdirectory("bartizan-console-").FullName;
        var (instance, script) = ScriptedInstance.Make();
        var socket = Path.Combine(root, "control.sock");
        var control = await ControlServer.StartAsync(
            socket,
            Daemon.People.OwnUid(),
            _ => "tester",
            instance,
            TestContext.Current.CancellationToken
        );
        var host = new ConsoleHost(new ControlClient(new ControlAddress(root))) { Script = script, _root = root };
        host._open.Push(control);
        await host.ListenAsync();
        return host;
    }

    /// <summary>Over a running instance.</summary>
    public static async Task<ConsoleHost> OverAsync(string home)
    {
        var host = new ConsoleHost(new ControlClient(new ControlAddress(home)));
        await host.ListenAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        while (_open.TryPop(out var room))
        {
            await room.DisposeAsync();
        }

        _client.Dispose();
        if (_root is not null)
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        web.UseRouting();
        BartizanConsole.Map(web, context => _client.With(context.Request.Headers.Cookie.ToString(), null));
        await web.StartAsync(TestContext.Current.CancellationToken);
        _open.Push(web);
        Address = new Uri(
            web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
        );
    }
}
