namespace Bartizan.Gateway.Tests.Egress.Git;

/// <summary>A line of Git's own protocol.</summary>
internal static class GitLine
{
    public static string Of(string text) => Raw($"{text}\0host=127.0.0.1\0");

    public static string Raw(string text) => $"{text.Length + 4:x4}{text}";
}
