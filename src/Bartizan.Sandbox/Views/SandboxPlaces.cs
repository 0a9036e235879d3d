namespace Bartizan.Sandbox.Views;

/// <summary>Where the view stands inside.</summary>
internal static class SandboxPlaces
{
    public const string Workspace = "/workspace";
}
