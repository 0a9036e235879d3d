using System.Net;
using System.Text;
using Bartizan.Daemon.Witnessing;
using Bartizan.Log;
using Bartizan.Log.Witnessing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Daemon.Tests.Witnessing;

/// <summary>A log, its witnesses on real sockets, and peers that misbehave on purpose.</summary>
internal sealed class WitnessedLog : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _open = new();
    private readonly List<string> _lines = [];

    public string Root { get; } = Directory.CreateTempSubdirectory("bartizan-witnessed-").FullName;

    public string LogPath => Path.Combine(Root, "log");

    public List<string> Alarms { get; } = [];

    public TransparencyLog Log { get; private set; } = null!;

    public WitnessRounds Rounds { get; private set; } = null!;

    public WitnessRoundOptions Options { get; init; } =
        new() { RetryAfter = TimeSpan.FromMilliseconds(20), AnswerWithin = TimeSpan.FromSeconds(2) };

    /// <summary>Opens the log, so that its key is known; witnesses come next, then <see cref="StartAsync"/>.</summary>
    public static async Task<string> VkeyAsync(string path)
    {
        await using var log = await TransparencyLog.OpenAsync(path, new LogOptions(), TimeProvider.System, default);
        return log.Verifier.ToString();
    }

    public async Task<Uri> AddWitnessAsync(string name, string? directory = null)
    {
        var witness = Witness.Open(
            new WitnessOptions
            {
                Directory = Path.Combine(Root, directory ?? name),
                Name = name,
                Logs = WitnessPolicy.Parse(Encoding.UTF8.GetBytes($"log {await VkeyAsync(LogPath)}\nquorum none\n")),
            },
            TimeProvider.System
        );
        _open.Push(new Closing(witness));
        var server = await WitnessServer.StartAsync(witness, new IPEndPoint(IPAddress.Loopback, 0), default);
        _open.Push(server);
        _lines.Add($"witness {name} {witness.Verifier} {server.Address}");
        return server.Address;
    }

    /// <summary>A peer under this key that answers as the test says.</summary>
    public async Task AddPeerAsync(string name, CosignatureVerifier key, RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        web.Run(answer);
        await web.StartAsync();
        _open.Push(web);
        var address = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        _lines.Add($"witness {name} {key} {address.First()}");
    }

    public async Task StartAsync(string quorum)
    {
        var policy = WitnessPolicy.Parse(Encoding.UTF8.GetBytes(string.Join('\n', _lines) + "\n" + quorum));
        Log = await TransparencyLog.OpenAsync(
            LogPath,
            new LogOptions { Cosignatures = policy, CheckpointEvery = TimeSpan.FromMilliseconds(20) },
            TimeProvider.System,
            default
        );
        _open.Push(Log);
        Rounds = new WitnessRounds(
            Log,
            LogPath,
            policy,
            (alarm, _) =>
            {
                lock (Alarms)
                {
                    Alarms.Add(alarm);
                }

                return Task.CompletedTask;
            },
            TimeProvider.System,
            Options
        );
        _open.Push(Rounds);
    }

    public async Task<LogPosition> AppendAsync(string text) =>
        await Log.AppendAsync(Encoding.UTF8.GetBytes(text), default);

    public Task<LogStanding> WitnessedAsync(LogPosition position) =>
        Log.WaitAsync(position, LogRung.Witnessed, TestContext.Current.CancellationToken).WaitAsync(Wait.Long);

    /// <summary>Waits until an alarm says this.</summary>
    public async Task<string> AlarmAsync(string says)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            lock (Alarms)
            {
                if (Alarms.Find(alarm => alarm.Contains(says, StringComparison.Ordinal)) is { } found)
                {
                    return found;
                }
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>Closes log and witnesses; the files stay, and it can be started again.</summary>
    public async Task StopAsync()
    {
        while (_open.TryPop(out var one))
        {
            await one.DisposeAsync();
        }

        _lines.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Root, recursive: true);
    }

    private sealed class Closing(IDisposable one) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            one.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
