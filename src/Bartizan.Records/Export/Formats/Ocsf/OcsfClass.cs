namespace Bartizan.Records.Export.Formats.Ocsf;

/// <summary>A class of OCSF 1.8.</summary>
/// <param name="Uid">Its number.</param>
/// <param name="Name">Its caption.</param>
/// <param name="CategoryUid">Its category's number.</param>
/// <param name="CategoryName">Its category's caption.</param>
internal sealed record OcsfClass(int Uid, string Name, int CategoryUid, string CategoryName)
{
    private const string System = "System Activity";
    private const string Iam = "Identity & Access Management";
    private const string Network = "Network Activity";
    private const string Application = "Application Activity";

    public static readonly OcsfClass FileActivity = new(1001, "File System Activity", 1, System);
    public static readonly OcsfClass ProcessActivity = new(1007, "Process Activity", 1, System);
    public static readonly OcsfClass EventLogActivity = new(1008, "Event Log Activity", 1, System);
    public static readonly OcsfClass DetectionFinding = new(2004, "Detection Finding", 2, "Findings");
    public static readonly OcsfClass Authentication = new(3002, "Authentication", 3, Iam);
    public static readonly OcsfClass AuthorizeSession = new(3003, "Authorize Session", 3, Iam);
    public static readonly OcsfClass NetworkActivity = new(4001, "Network Activity", 4, Network);
    public static readonly OcsfClass HttpActivity = new(4002, "HTTP Activity", 4, Network);
    public static readonly OcsfClass DnsActivity = new(4003, "DNS Activity", 4, Network);
    public static readonly OcsfClass ApplicationLifecycle = new(6002, "Application Lifecycle", 6, Application);
    public static readonly OcsfClass ApiActivity = new(6003, "API Activity", 6, Application);
}
