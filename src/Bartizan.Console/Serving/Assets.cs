using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Console.Serving;

/// <summary>The console's own files: style, modules, the mark. They are part of the program; nothing is read from the disk.</summary>
internal static class Assets
{
    private static readonly FrozenDictionary<string, Asset> s_all = Load();

    /// <summary>Answers with a file, or that it is still the same.</summary>
    public static async Task AnswerAsync(HttpContext context)
    {
        Door.Guard(context.Response);
        if (!s_all.TryGetValue(context.Request.RouteValues["name"] as string ?? "", out var asset))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.Headers.ETag = asset.Tag;
        context.Response.Headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch == asset.Tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = asset.Type;
        context.Response.ContentLength = asset.Bytes.Length;
        await context.Response.Body.WriteAsync(asset.Bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(Assets).Assembly;
        return assembly
            .GetManifestResourceNames()
            .ToFrozenDictionary(
                name => name.Replace('\\', '/'),
                name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    var bytes = new byte[stream.Length];
                    stream.ReadExactly(bytes);
                    return new Asset(
                        bytes,
                        $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"",
                        TypeOf(name)
                    );
                },
                StringComparer.Ordinal
            );
    }

    private static string TypeOf(string name) =>
        Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        };

    private sealed record Asset(byte[] Bytes, string Tag, string Type);
}
