using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Bartizan.Daemon.Witnessing;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tree;
using Bartizan.Log.Witnessing;

namespace Bartizan.Daemon.Tests.Witnessing;

public sealed class WitnessServerTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("bartizan-witness-").FullName;
    private readonly NoteSigner _log = NoteSigner.Create("example.com/log");
    private readonly LeafHashes _leaves = new();
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false });
    private Witness _witness = null!;
    private WitnessServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _witness = Witness.Open(
            new WitnessOptions
            {
                Directory = _root,
                Name = "witness.example/w1",
                Logs = WitnessPolicy.Parse(Encoding.UTF8.GetBytes($"log {_log.Verifier}\nquorum none\n")),
            },
            TimeProvider.System
        );
        _server = await WitnessServer.StartAsync(
            _witness,
            new IPEndPoint(IPAddress.Loopback, 0),
            TestContext.Current.CancellationToken
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _witness.Dispose();
        _http.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_checkpoint_that_is_posted_comes_back_cosigned()
    {
        var (status, type, body) = await PostAsync(Request(0, 3));

        status.ShouldBe(200);
        type!.MediaType.ShouldBe("text/plain");
        body.ShouldStartWith("— witness.example/w1 ");
        body.ShouldEndWith("\n");
        _witness.Verifier.Find(Note() + body).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_conflict_has_the_type_and_the_body_of_the_specification()
    {
        await PostAsync(Request(0, 3));

        var (status, type, body) = await PostAsync(Request(0, 3));

        status.ShouldBe(409);
        type!.ToString().ShouldBe("text/x.tlog.size");
        body.ShouldBe("3\n");
    }

    [Fact]
    public async Task What_is_too_long_is_not_read()
    {
        var (status, _, _) = await PostAsync(new byte[AddCheckpoint.MaxBytes + 1]);

        status.ShouldBe(413);
    }

    [Fact]
    public async Task Nothing_else_is_there()
    {
        (await PostAsync([], "")).Status.ShouldBe(404);
        (await PostAsync(Request(0, 1), "add-checkpoint/x")).Status.ShouldBe(404);
        using var get = await _http.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Address, "add-checkpoint")),
            default
        );
        ((int)get.StatusCode).ShouldBe(405);
    }

    private string Note() =>
        new Checkpoint("example.com/log", _leaves.Size, Convert.ToHexStringLower(_leaves.Root(_leaves.Size))).Sign(
            _log
        );

    private byte[] Request(long old, int size)
    {
        var hash = new byte[TreeHash.SizeBytes];
        while (_leaves.Size < size)
        {
            TreeHash.Leaf([(byte)_leaves.Size], hash);
            _leaves.Append(hash);
        }

        return new AddCheckpoint(old, ConsistencyProof.Make(_leaves, old, size), Note()).ToBytes();
    }

    private async Task<(int Status, MediaTypeHeaderValue? Type, string Body)> PostAsync(
        byte[] body,
        string path = "add-checkpoint"
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Address, path))
        {
            Content = new ByteArrayContent(body),
        };
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (
            (int)response.StatusCode,
            response.Content.Headers.ContentType,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }
}
