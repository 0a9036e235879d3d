namespace Bartizan.Daemon.Tests.Serving;

/// <summary>A manifest's files are its folder's, wherever the instance was started.</summary>
public sealed class PlacedManifestTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bartizan-placed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Who_vouches_for_the_provider_stands_beside_the_manifest()
    {
        var path = Path.Combine(_folder, "agent.yaml");
        await File.WriteAllTextAsync(
            path,
            """
            apiVersion: bartizan/v1
            agent: served
            version: 1
            owner: somebody@example.com
            description: Answers people.
            environment: development
            serve:
              listen: 127.0.0.1:0
              upstream: http://127.0.0.1:9000
              callers: { oidc: "https://login.example.com", audience: served, ca: own.pem }
            rules:
              - allow: serve GET /health
                why: It is asked whether it is up.
            """
        );

        var load = ManifestFiles.Load(path);

        load.Errors.ShouldBeEmpty();
        load.Manifest!.Serve!.Callers.Oidc!.Authority.ShouldBe(Path.Combine(_folder, "own.pem"));
    }

    [Fact]
    public async Task Who_vouches_for_callers_stands_beside_the_manifest_and_is_not_the_agents_to_write()
    {
        var path = Path.Combine(_folder, "agent.yaml");
        await File.WriteAllTextAsync(
            path,
            """
            apiVersion: bartizan/v1
            agent: served
            version: 1
            owner: somebody@example.com
            description: Answers people.
            environment: development
            serve:
              listen: 127.0.0.1:0
              upstream: http://127.0.0.1:9000
              tls: { certificate: a.pem, key: b.pem }
              callers: { mtls: { ca: clients.pem, names: { web: "dns:web.example" } } }
            rules:
              - allow: serve GET /health
                why: It is asked whether it is up.
            """
        );

        var load = ManifestFiles.Load(path);

        load.Errors.ShouldBeEmpty();
        load.Manifest!.Serve!.Callers.Certificates!.Authority.ShouldBe(Path.Combine(_folder, "clients.pem"));
        ManifestFiles.Chain(path).ShouldBe([path, Path.Combine(_folder, "clients.pem")], ignoreOrder: true);
    }
}
