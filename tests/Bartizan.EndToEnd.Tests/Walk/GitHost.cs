using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.EndToEnd.Tests.Walk;

/// <summary>A real Git server over https: `git http-backend` by CGI behind a TLS server, for whoever signs in as its one user.</summary>
internal sealed class GitHost : IAsyncDisposable
{
    private const string User = "robot";

    private readonly string _root;
    private readonly SecureServer _server;

    private GitHost(string root, SecureServer server)
    {
        _root = root;
        _server = server;
    }

    /// <summary>The bare repository, on this host.</summary>
    public string Repository => Path.Combine(_root, "shop.git");

    public string Url => $"https://localhost:{_server.Address.Port}/shop.git";

    public int Port => _server.Address.Port;

    public IEnumerable<string> Asked => _server.Asked;

    /// <summary>Starts one with a repository of one commit.</summary>
    public static async Task<GitHost> StartAsync(TestAuthority authority, string password)
    {
        var root = Directory.CreateTempSubdirectory("bartizan-e2e-git-").FullName;
        var first = Path.Combine(root, "first");
        Directory.CreateDirectory(first);
        await GitAsync(first, "init", "-q", "-b", "main");
        await File.WriteAllTextAsync(Path.Combine(first, "README"), "The shop.\n");
        await GitAsync(first, "add", ".");
        await GitAsync(first, "commit", "-q", "-m", "The first");
        await GitAsync(first, "branch", "extra");
        await GitAsync(first, "switch", "-q", "extra");
        await GitAsync(first, "commit", "-q", "--allow-empty", "-m", "Of another branch");
        await GitAsync(first, "switch", "-q", "main");
        await GitAsync(root, "clone", "-q", "--bare", first, "shop.git");
        await GitAsync(Path.Combine(root, "shop.git"), "config", "http.receivepack", "true");
        var expected = $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"{User}:{password}"))}";
        var server = await SecureServer.StartAsync(
            authority.Sign("localhost"),
            context => ServeAsync(context, root, expected)
        );
        return new GitHost(root, server);
    }

    /// <summary>What git says of the repository, on this host.</summary>
    public Task<string> TellAsync(params string[] arguments) => GitAsync(Repository, arguments);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private static async Task ServeAsync(HttpContext context, string root, string expected)
    {
        var request = context.Request;
        if (request.Headers.Authorization.ToString() != expected)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
            return;
        }

        var start = Own("git", root, "http-backend");
        start.Environment["GIT_PROJECT_ROOT"] = root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["REMOTE_USER"] = User;
        start.Environment["PATH_INFO"] = request.Path;
        start.Environment["QUERY_STRING"] = request.QueryString.Value?.TrimStart('?') ?? "";
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding.ToString();
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"].ToString();
        using var backend = Process.Start(start)!;
        var errors = backend.StandardError.ReadToEndAsync(context.RequestAborted);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        try
        {
            await backend.StandardInput.BaseStream.WriteAsync(body.ToArray(), context.RequestAborted);
        }
        catch (IOException)
        {
            // It needed none of it.
        }

        backend.StandardInput.Close();
        await AnswerAsync(backend.StandardOutput.BaseStream, context);
        await backend.WaitForExitAsync(context.RequestAborted);
        await errors;
    }

    // CGI: fields, an empty line, the body.
    private static async Task AnswerAsync(Stream output, HttpContext context)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await output.ReadAsync(one, context.RequestAborted) > 0)
        {
            if (one[0] != '\n')
            {
                line.Add(one[0]);
                continue;
            }

            var text = Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
            line.Clear();
            if (text.Length == 0)
            {
                break;
            }

            var (name, value) = (text[..text.IndexOf(':')], text[(text.IndexOf(':') + 1)..].Trim());
            if (name == "Status")
            {
                context.Response.StatusCode = int.Parse(value[..3], CultureInfo.InvariantCulture);
            }
            else
            {
                context.Response.Headers[name] = value;
            }
        }

        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        await output.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task<string> GitAsync(string folder, params string[] arguments)
    {
        var start = Own("git", folder, arguments);
        using var git = Process.Start(start)!;
        git.StandardInput.Close();
        var errors = git.StandardError.ReadToEndAsync();
        var said = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        git.ExitCode.ShouldBe(0, await errors);
        return said;
    }

    private static ProcessStartInfo Own(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var who in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"GIT_{who}_NAME"] = "Test";
            start.Environment[$"GIT_{who}_EMAIL"] = "tests@example.com";
        }

        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        return start;
    }
}
