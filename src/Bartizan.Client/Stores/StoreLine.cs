namespace Bartizan.Client.Stores;

/// <summary>A store behind tools that carries labels.</summary>
/// <param name="Store">What it is: its server's address or command.</param>
/// <param name="Labels">The labels that something in it carries.</param>
/// <param name="Keys">Keys of it that are told apart.</param>
public sealed record StoreLine(string Store, string Labels, int Keys);
