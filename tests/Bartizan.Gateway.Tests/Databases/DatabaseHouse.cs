using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Databases;
using Bartizan.Gateway.Tests.Egress;
using Bartizan.Guards.Contents;
using Bartizan.Vault.Tests.Providers;
using Npgsql;

namespace Bartizan.Gateway.Tests.Databases;

/// <summary>One session behind a real monitor and a real database gateway, before a real server.</summary>
internal sealed class DatabaseHouse : IAsyncDisposable
{
    private readonly TestRoles _roles;

    public DatabaseHouse(
        OwnPostgres server,
        string manifest,
        ImmutableArray<DatabaseGrant>? grants = null,
        DatabaseOptions? options = null
    )
    {
        var text = $$"""
            apiVersion: bartizan/v1
            agent: tester
            environment: development
            databases:
              shop: { url: "{{server.Url}}", with: admin }
            credentials:
              admin: { from: env:ADMIN }
            {{manifest}}
            """;
        var load = ManifestLoader.Load(text, "agent.yaml", _ => null);
        load.Errors.ShouldBeEmpty();
        var read = load.Manifest!;
        (Session, Control) = Session.Open(SessionId.New(), read, Policy.Compile(read), "uid:0", observe: false);
        Host.Add(Session);
        Control.Start();
        var monitor = new ReferenceMonitor(
            Host,
            Host,
            Host,
            [new ContentGuard(Host, Host, TimeProvider.System)],
            TimeProvider.System,
            new MonitorOptions()
        );
        _roles = new TestRoles(read.Databases["shop"], new TestHostManifest(read, grants));
        var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        Binding = new DatabaseGateway(monitor, _roles, TimeProvider.System, options ?? new DatabaseOptions()).Bind(
            Session,
            listener
        );
    }

    /// <summary>The rules that most tests have.</summary>
    public const string Rules = """
        rules:
          - allow: tool shop/{select,copy}
            args: { sql: { sql: read, tables: [orders], columns: [id, status, n] } }
            why: It looks after orders.
          - allow: tool shop/update
            args: { sql: { sql: write, tables: [orders], sets: [status], columns: [id] } }
            why: It marks them.
        """;

    public TestHost Host { get; } = new();

    public Session Session { get; }

    public SessionControl Control { get; }

    public DatabaseBinding Binding { get; }

    public int Port { get; }

    /// <summary>A connection of a real driver.</summary>
    public async Task<NpgsqlConnection> DriverAsync()
    {
        var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={Port};Username=agent;Database=shop;SSL Mode=Disable;Pooling=false;Server Compatibility Mode=NoTypeLoading"
        );
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>A connection that speaks the protocol by hand.</summary>
    public Task<RawClient> RawAsync() => RawClient.OpenAsync(Port);

    public async ValueTask DisposeAsync()
    {
        Control.End();
        await Binding.DisposeAsync();
        await _roles.DisposeAsync();
    }
}
