using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Tests;

/// <summary>The log as C2SP tlog-tiles has it served: by whatever serves files.</summary>
public sealed class TileTests : TemporaryLog
{
    [Theory]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(3, 1000, 256, "tile/3/x001/000")]
    [InlineData(1, 999, 17, "tile/1/999.p/17")]
    [InlineData(7, 1_000_000_000, 1, "tile/7/x001/x000/x000/000.p/1")]
    public void Paths_are_those_of_the_specification(int level, long number, int width, string path)
    {
        TilePath.Tile(level, number, width).ShouldBe(path);
    }

    [Fact]
    public async Task A_tree_of_70000_has_the_tiles_that_the_specification_counts()
    {
        await PostAsync(70_000);

        Files("tile/0", partial: false).ShouldBe(273);
        Files("tile/1", partial: false).ShouldBe(1);
        Files("tile/entries", partial: false).ShouldBe(273);
        PartialsAt("tile/0/273.p").ShouldContain("112");
        PartialsAt("tile/1/001.p").ShouldContain("17");
        PartialsAt("tile/2/000.p").ShouldContain("1");
        PartialsAt("tile/entries/273.p").ShouldContain("112");
        System.IO.Directory.Exists(Under("tile/0/272.p")).ShouldBeFalse();
        Files("tile/.new", partial: false).ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(66_000)]
    public async Task Tiles_hold_the_tree_and_bundles_the_entries(int size)
    {
        await PostAsync(size);

        var tree = new TileTree(Path, size);
        Convert.ToHexStringLower(SubtreeHash.Root(tree, size)).ShouldBe((await LastAsync()).Root);
        var hash = new byte[TreeHash.SizeBytes];
        var leaves = Enumerable.Range(0, (size + 255) / 256).SelectMany(Bundle).ToList();
        leaves.Count.ShouldBe(size);
        for (var i = 0; i < size; i += size > 1000 ? 997 : 1)
        {
            leaves[i].ShouldBe(Leaf(i));
            tree.Read(0, i, hash);
            var expected = new byte[TreeHash.SizeBytes];
            TreeHash.Leaf(Leaf(i), expected);
            hash.ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Every_checkpoint_finds_its_tiles_while_the_log_grows()
    {
        await using var log = await OpenAsync();
        Checkpoint? before = null;
        for (var i = 0; i < 600; i++)
        {
            await log.AppendAsync(Leaf(i), default);
            if (i % 7 != 0)
            {
                continue;
            }

            var now = await log.PublishCheckpointAsync(default);
            var tree = new TileTree(Path, now.Size);
            Convert.ToHexStringLower(SubtreeHash.Root(tree, now.Size)).ShouldBe(now.Root);
            if (before is not null)
            {
                // The older checkpoint's tiles may be gone in part; the full ones in their place hold the same.
                var proof = ConsistencyProof.Make(tree, before.Size, now.Size);
                ConsistencyProof
                    .Check(
                        before.Size,
                        now.Size,
                        Convert.FromHexString(before.Root),
                        Convert.FromHexString(now.Root),
                        proof
                    )
                    .ShouldBeTrue();
                SubtreeHash
                    .Root(new TileTree(Path, before.Size), before.Size)
                    .ShouldBe(Convert.FromHexString(before.Root));
            }

            before = now;
        }
    }

    [Fact]
    public async Task A_log_that_has_no_tiles_yet_gets_them()
    {
        await PostAsync(1000);
        System.IO.Directory.Delete(Under("tile"), recursive: true);

        await WriteAsync(1, from: 1000);

        SubtreeHash.Root(new TileTree(Path, 1001), 1001).ShouldBe(Convert.FromHexString((await LastAsync()).Root));
        (await VerifyAsync()).Holds.ShouldBeTrue();
    }

    [Fact]
    public async Task Tiles_that_lie_are_made_anew_before_anything_is_signed_over_them()
    {
        await PostAsync(66_000);
        var tile = Under("tile/1/000");
        var bytes = await File.ReadAllBytesAsync(tile);
        var partial = Under("tile/1/001.p/1");
        (await File.ReadAllBytesAsync(partial)).CopyTo(bytes, 0);
        await File.WriteAllBytesAsync(partial, bytes[32..64]);

        await WriteAsync(1, from: 66_000);

        var last = await LastAsync();
        last.Size.ShouldBe(66_001);
        SubtreeHash.Root(new TileTree(Path, last.Size), last.Size).ShouldBe(Convert.FromHexString(last.Root));
    }

    [Fact]
    public async Task What_reads_back_otherwise_than_it_was_written_is_not_signed()
    {
        await using var log = await OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await log.AppendAsync(Leaf(i), default);
        }

        // Somebody changes a durable entry and sets its checksum right, before a checkpoint covers it.
        var bytes = await File.ReadAllBytesAsync(Segment(Path));
        var record = Segments.Frame.HeadBytes + Leaf(0).Length;
        var at = Segments.SegmentHeader.Bytes + (2 * record);
        var salt = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(24));
        "LEAF"u8.CopyTo(bytes.AsSpan(at + Segments.Frame.HeadBytes));
        Segments.Frame.Seal(bytes.AsSpan(at, record), salt, startsCommit: true);
        await using (var file = new FileStream(Segment(Path), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = at;
            await file.WriteAsync(bytes.AsMemory(at, record));
        }

        (
            await Should.ThrowAsync<LogInconsistentException>(() => log.PublishCheckpointAsync(default))
        ).Message.ShouldContain("read back otherwise");
        log.LastCheckpoint.Size.ShouldBe(0);
        log.CheckpointProblem.ShouldNotBeNull();
    }

    [Fact]
    public async Task Nginx_serves_the_directory_as_it_is()
    {
        const string Nginx = "/usr/sbin/nginx";
        Assert.SkipUnless(File.Exists(Nginx), "nginx is not installed");
        await PostAsync(300);
        using var server = await StartNginxAsync(Nginx);
        try
        {
            using var client = new HttpClient(
                new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip }
            );
            var prefix = server.StartInfo.Environment["PREFIX"];
            Checkpoint
                .Open(await client.GetStringAsync($"{prefix}/checkpoint"), await KeyAsync(), out _)
                .ShouldNotBeNull()
                .Size.ShouldBe(300);
            (await client.GetByteArrayAsync($"{prefix}/tile/0/000")).Length.ShouldBe(TilePath.FullBytes);
            (await client.GetByteArrayAsync($"{prefix}/tile/0/001.p/44")).Length.ShouldBe(44 * 32);
            Split(await client.GetByteArrayAsync($"{prefix}/tile/entries/000")).Count().ShouldBe(256);
            Split(await client.GetByteArrayAsync($"{prefix}/tile/entries/001.p/44")).Count().ShouldBe(44);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
        }
    }

    private async Task<Process> StartNginxAsync(string nginx)
    {
        var port = FreePort.Next();
        var conf = System.IO.Path.Combine(Root, "nginx.conf");
        await File.WriteAllTextAsync(
            conf,
            $$"""
            daemon off; master_process off; pid {{Root}}/nginx.pid; error_log stderr;
            events {}
            http {
              access_log off; client_body_temp_path {{Root}}/b; proxy_temp_path {{Root}}/p; fastcgi_temp_path {{Root}}/f;
              uwsgi_temp_path {{Root}}/u; scgi_temp_path {{Root}}/s;
              server { listen 127.0.0.1:{{port}}; root {{Path}}; gzip_static always; }
            }
            """
        );
        var start = new ProcessStartInfo(nginx, ["-c", conf, "-p", Root, "-e", "stderr"]);
        start.Environment["PREFIX"] = $"http://127.0.0.1:{port}";
        var server = Process.Start(start)!;
        for (var tries = 0; tries < 100; tries++)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port);
                break;
            }
            catch (SocketException) when (tries < 99 && !server.HasExited)
            {
                await Task.Delay(50);
            }
        }

        return server;
    }

    private async Task PostAsync(int count)
    {
        await using var log = await OpenAsync();
        for (var i = 0; i < count; i++)
        {
            await log.PostAsync(Leaf(i), default);
        }
    }

    private string Under(string relative) => System.IO.Path.Combine(Path, relative);

    private int Files(string folder, bool partial) =>
        System
            .IO.Directory.GetFiles(Under(folder), "*", SearchOption.AllDirectories)
            .Count(file => file.Contains(".p/", StringComparison.Ordinal) == partial);

    private IEnumerable<string?> PartialsAt(string folder) =>
        System.IO.Directory.GetFiles(Under(folder)).Select(System.IO.Path.GetFileName);

    private IEnumerable<byte[]> Bundle(int number)
    {
        var full = Under(TilePath.Bundle(number, 256));
        if (File.Exists(full))
        {
            using var gzip = new GZipStream(File.OpenRead(full), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            gzip.CopyTo(plain);
            return [.. Split(plain.ToArray())];
        }

        var partial = System.IO.Directory.GetFiles(Under(TilePath.BundlePartials(number)));
        return [.. Split(File.ReadAllBytes(partial.MaxBy(path => new FileInfo(path).Length)!))];
    }

    private static IEnumerable<byte[]> Split(byte[] bundle)
    {
        for (var at = 0; at < bundle.Length; )
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.AsSpan(at));
            yield return bundle[(at + 2)..(at + 2 + length)];
            at += 2 + length;
        }
    }

    private async Task<NoteVerifier> KeyAsync()
    {
        NoteVerifier.TryParse(await File.ReadAllTextAsync(Under("vkey")), out var key).ShouldBeTrue();
        return key;
    }

    private async Task<Checkpoint> LastAsync() =>
        Checkpoint.Open(await File.ReadAllTextAsync(Under("checkpoint")), await KeyAsync(), out _).ShouldNotBeNull();
}
